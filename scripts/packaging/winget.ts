/** The winget manifest of a release, from its installers: three files, as winget's repository wants them. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { type Publisher, publisher } from "./publisher.ts";
import type { Processor } from "./target.ts";

export type Installer = { path: string; processor: Processor };

const schema = "1.10.0";

/** Paths of what was written, below `folder/<Publisher>/Cellar/<version>`. */
export function writeWingetManifest(
  version: string,
  installers: readonly Installer[],
  folder: string,
  by: Publisher = publisher(),
): string[] {
  const identifier = `${by.name.replace(/[^A-Za-z0-9]/g, "")}.Cellar`;
  const target = join(folder, ...identifier.split("."), version);
  mkdirSync(target, { recursive: true });
  const common = { PackageIdentifier: identifier, PackageVersion: version };
  const files: [name: string, type: string, content: Record<string, unknown>][] = [
    [identifier, "version", { ...common, DefaultLocale: "en-US" }],
    [
      `${identifier}.installer`,
      "installer",
      {
        ...common,
        InstallerType: "nullsoft",
        Scope: "user",
        UpgradeBehavior: "install",
        Protocols: ["cellar"],
        Commands: ["cellar"],
        Installers: installers.map(({ path, processor }) => ({
          Architecture: processor,
          InstallerUrl: `${by.downloads}/${basename(path)}`,
          InstallerSha256: createHash("sha256").update(readFileSync(path)).digest("hex").toUpperCase(),
        })),
      },
    ],
    [
      `${identifier}.locale.en-US`,
      "defaultLocale",
      {
        ...common,
        PackageLocale: "en-US",
        Publisher: by.name,
        PackageName: "Cellar",
        PackageUrl: by.homepage,
        License: "MIT",
        ShortDescription: "A workbench for running many coding agents at once.",
        Moniker: "cellar",
      },
    ],
  ];
  return files.map(([name, type, content]) => {
    const path = join(target, `${name}.yaml`);
    const about = `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${type}.${schema}.schema.json\n`;
    writeFileSync(path, about + stringify({ ...content, ManifestType: type, ManifestVersion: schema }));
    return path;
  });
}

/** Electron around the laid out archive, and the installers of one target. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Arch, build, type Configuration, Platform } from "electron-builder";
import { builderConfiguration } from "./builder.ts";
import { type Target, targetName } from "./target.ts";
import { writeWingetManifest } from "./winget.ts";

const platforms = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS };

/** Paths of what was made. `only` is the app's folder without installers; `change` is for tests. */
export async function makePackages(
  root: string,
  target: Target,
  output: string,
  { only, change = {} }: { only?: "dir"; change?: Configuration } = {},
): Promise<string[]> {
  const made = await build({
    // A project that consists of an archive is taken as it is.
    projectDir: join(output, targetName(target), "resources"),
    targets: platforms[target.system].createTarget(only ?? null, Arch[target.processor]),
    config: {
      ...builderConfiguration(root, join(output, targetName(target))),
      electronVersion: installedElectron(root),
      ...change,
    },
    publish: "never",
  });
  const installers = made.filter((path) => path.endsWith(".exe"));
  if (installers.length === 0) return made;
  const manifest = installers.map((path) => ({ path, processor: target.processor }));
  return [...made, ...writeWingetManifest(version(root), manifest, join(output, "winget"))];
}

function installedElectron(root: string): string {
  return version(join(root, "node_modules", "electron"));
}

function version(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}

/**
 * Lays out what lies in the `resources` folder of an installed Cellar: `app.asar`, and beside it `app.asar.unpacked`. The same inputs
 * give the same bytes: files in order, their modes by kind, no times.
 */
import { chmodSync, createReadStream, mkdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type AsarStreamType, createPackageFromStreams } from "@electron/asar";
import { type AppFile, appFiles } from "./app-files.ts";
import { forbiddenParts, licenceText, type Part, partsOf } from "./bill-of-materials.ts";
import { sourceDate } from "./reproducible.ts";
import type { Target } from "./target.ts";

export type Layout = { archive: string; unpacked: string; files: AppFile[]; parts: Part[]; bytes: number };

/** Throws when something in it may not be shipped. */
export async function layOut(root: string, target: Target, folder: string): Promise<Layout> {
  const copied = appFiles(root, target);
  const parts = partsOf(root, copied);
  const forbidden = forbiddenParts(parts);
  if (forbidden.length > 0) throw new Error(forbidden.join("\n"));
  const files = [
    ...copied.map((file) => (/^node_modules\/.*package\.json$/.test(file.path) ? slimmed(file) : file)),
    { path: "package.json", source: Buffer.from(packageJson(root)), archived: false },
    { path: "LICENSES.txt", source: Buffer.from(licenceText(parts)), archived: false },
  ].sort(({ path: a }, { path: b }) => (a < b ? -1 : 1));

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, "app.asar");
  await createPackageFromStreams(archive, streamsOf(files));
  const unpacked = `${archive}.unpacked`;
  const date = sourceDate();
  let bytes = statSync(archive).size;
  for (const file of files.filter(({ archived }) => !archived)) {
    const path = join(unpacked, file.path);
    chmodSync(path, modeOf(file));
    utimesSync(path, date, date);
    bytes += statSync(path).size;
  }
  return { archive, unpacked, files, parts, bytes };
}

/** What git and the registry's archives keep of a mode is whether a file can be executed. */
function modeOf({ source }: AppFile): number {
  return typeof source === "string" && statSync(source).mode & 0o111 ? 0o755 : 0o644;
}

/** Folders first, so that they exist in the archive's index whatever lies in them. */
function streamsOf(files: AppFile[]): AsarStreamType[] {
  const streams: AsarStreamType[] = [];
  const folders = new Set<string>();
  for (const file of files) {
    for (const folder of above(file.path)) {
      if (folders.has(folder)) continue;
      folders.add(folder);
      streams.push({ type: "directory", path: folder, unpacked: false });
    }
    const { path, source, archived } = file;
    streams.push({
      type: "file",
      path,
      unpacked: !archived,
      stat: { mode: 0o100000 | modeOf(file), size: typeof source === "string" ? statSync(source).size : source.length },
      streamGenerator: () => (typeof source === "string" ? createReadStream(source) : Readable.from([source])),
    });
  }
  return streams;
}

function above(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Only what the app reads at run time: no scripts, no names of what it is built with. */
function packageJson(root: string): string {
  return kept(join(root, "package.json"), [
    "name",
    "productName",
    "version",
    "description",
    "license",
    "type",
    "main",
    "updates",
  ]);
}

/** What Node asks of a package. The rest is its author's, and electron-builder would change it behind the archive's back. */
function slimmed(file: AppFile): AppFile {
  const text = kept(file.source as string, ["name", "version", "license", "type", "main", "exports", "imports"]);
  return { ...file, source: Buffer.from(text) };
}

function kept(path: string, names: readonly string[]): string {
  const all = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  return `${JSON.stringify(Object.fromEntries(names.map((name) => [name, all[name]])), null, 2)}\n`;
}

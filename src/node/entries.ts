/**
 * Where our own entry points are. Code runs either straight from source (`src/…`, one file per module) or bundled
 * (`out/main/<entry>.js`, shared code in `out/main/chunks/`), and a process that starts another must find it in both. In a packed app
 * they lie beside the archive: a process that is no Electron, or a worker of one, can read nothing inside it.
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const sources = {
  serve: "main/serve.ts",
  "terminal-host": "terminal-host/index.ts",
  "screen-worker": "terminal-host/screen/worker.ts",
  "search-worker": "terminal-host/search/worker.ts",
  "bottle-ports": "main/bottles/bubblewrap/listen.ts",
  "git-scan-worker": "main/git-gate/scan-worker.ts",
  "bottle-forward": "main/bottles/docker/forward.ts",
  "sandbox-terminal": "main/bottles/opensandbox/attach.ts",
  cellar: "cli/cellar.ts",
} as const;
export type Entry = keyof typeof sources;

/** Absolute path of an entry, beside the code that is running. */
export function entryPath(entry: Entry): string {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith(".ts")) return join(dirname(here), "..", sources[entry]);
  return join(entryFolder(here), `${entry}.js`);
}

/** Folder of the bundled entries, as real files, from the path of any module of the bundle. */
export function entryFolder(bundled: string): string {
  const folder = dirname(bundled);
  const entries = basename(folder) === "chunks" ? dirname(folder) : folder;
  return entries.replace(/([\\/]app\.asar)(?=[\\/])/, "$1.unpacked");
}

/** How to start an entry as a process of its own with the runtime we are running under (Node, or Electron acting as Node). */
export function entryCommand(entry: Entry): { command: string; args: string[]; env: Record<string, string> } {
  return {
    command: process.execPath,
    args: [entryPath(entry)],
    env: process.versions["electron"] ? { ELECTRON_RUN_AS_NODE: "1" } : {},
  };
}

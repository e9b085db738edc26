/** Our own code as it is put into an image: plain JavaScript, with what it imports of us beside it, from source as from a build. */
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, posix, relative, resolve, sep } from "node:path";

/** Files by name; the entry is the one called `forward.js`. Only what has no import but Node's and its own files can go in. */
export async function codeOf(entry: string): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  await collect(resolve(entry), sources);
  const root = dirname(resolve(entry));
  const nameOf = (path: string) =>
    path === resolve(entry)
      ? "forward.js"
      : relative(root, path).split(sep).join("/").replaceAll("../", "up-").replaceAll("/", "-").replace(/\.ts$/, ".js");
  const files = new Map<string, string>([["package.json", '{"type":"module"}\n']]);
  for (const [path, text] of sources) {
    const renamed = text.replace(importPattern, (whole, before: string, specifier: string) =>
      specifier.startsWith(".") ? `${before}"./${posix.basename(nameOf(join(dirname(path), specifier)))}"` : whole,
    );
    files.set(nameOf(path), renamed);
  }
  return files;
}

const importPattern = /((?:\bfrom|\bimport)\s*)"([^"]+)"/g;

async function collect(path: string, sources: Map<string, string>): Promise<void> {
  if (sources.has(path)) return;
  const text = await readFile(path, "utf8");
  const plain = path.endsWith(".ts") ? stripped(text) : text;
  sources.set(path, plain);
  for (const [, , specifier] of plain.matchAll(importPattern)) {
    if (specifier!.startsWith(".")) await collect(join(dirname(path), specifier!), sources);
    else if (!specifier!.startsWith("node:"))
      throw new Error(`${path} imports ${specifier}, which is not in a base image`);
  }
}

/** Node says once that this is experimental; it is what it does itself with everything of ours that runs from source. */
function stripped(text: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

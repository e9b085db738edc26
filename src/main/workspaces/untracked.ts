/** Files that git does not know yet, shown as if they had been added. Done here rather than by one `git diff --no-index` for each of them. */
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { ChangedFile } from "#shared/contract/workspaces.ts";

/** A larger file has no line count and no patch. */
const largestFile = 2 * 1024 * 1024;
/** git looks for a NUL in this many bytes to tell binary files. */
const binaryProbe = 8000;
const parallel = 16;

type Content = { mode: string; text: Buffer } | "binary" | "gone";

/** In the order of `paths`; a file that has vanished meanwhile is left out. */
export async function untrackedFiles(folder: string, paths: string[]): Promise<ChangedFile[]> {
  const found: (ChangedFile | null)[] = new Array(paths.length).fill(null);
  let next = 0;
  const work = async () => {
    while (next < paths.length) {
      const index = next++;
      const path = paths[index] ?? "";
      const content = await read(folder, path);
      if (content === "gone") continue;
      const added = content === "binary" ? null : lineCount(content.text);
      found[index] = { path, previousPath: null, status: "untracked", added, removed: content === "binary" ? null : 0 };
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return found.filter((file) => file !== null);
}

/** A unified diff that adds the file; empty when it has vanished. */
export async function untrackedPatch(folder: string, path: string): Promise<string> {
  const content = await read(folder, path);
  if (content === "gone") return "";
  const [before, after] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  if (content === "binary") {
    return `diff --git ${before} ${after}\nnew file mode 100644\nBinary files /dev/null and ${after} differ\n`;
  }
  const head = `diff --git ${before} ${after}\nnew file mode ${content.mode}\n`;
  if (content.text.length === 0) return head;
  const text = content.text.toString("utf8");
  const lines = text.replace(/\n$/, "").split("\n");
  const last = text.endsWith("\n") ? "" : "\\ No newline at end of file\n";
  const range = lines.length === 1 ? "+1" : `+1,${lines.length}`;
  return `${head}--- /dev/null\n+++ ${after}\n@@ -0,0 ${range} @@\n${lines.map((line) => `+${line}\n`).join("")}${last}`;
}

async function read(folder: string, path: string): Promise<Content> {
  const full = join(folder, path);
  try {
    const found = await lstat(full);
    if (found.isSymbolicLink()) return { mode: "120000", text: Buffer.from(await readlink(full)) };
    if (!found.isFile()) return "gone";
    if (found.size > largestFile) return "binary";
    const text = await readFile(full);
    if (text.subarray(0, binaryProbe).includes(0)) return "binary";
    return { mode: (found.mode & 0o111) === 0 ? "100644" : "100755", text };
  } catch {
    return "gone";
  }
}

function lineCount(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) lines++;
  return text.length > 0 && text.at(-1) !== 10 ? lines + 1 : lines;
}

/** As git writes a path in a diff's header when it holds what a line cannot. */
function quoted(path: string): string {
  if (!/[\p{Cc}"\\]/u.test(path)) return path;
  const escapes: Record<string, string> = { "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\" };
  const body = path.replace(
    /[\p{Cc}"\\]/gu,
    (char) => escapes[char] ?? `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `"${body}"`;
}

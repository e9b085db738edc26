/** Puts files into a bottle's home: written beside it on the host, taken over from inside before the program starts. The same for every backend. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { shellQuote } from "#node/shell-quote.ts";
import { guestHome, guestHomeFiles, type HomeFile } from "./backend.ts";

/** Writes what the bottle sees as {@link guestHomeFiles}: the files by their number, readable by whoever runs inside. */
export async function writeHomeFiles(folder: string, files: readonly HomeFile[]): Promise<void> {
  if (files.length === 0) return;
  await mkdir(folder, { mode: 0o755 });
  await Promise.all(
    files.map(({ content }, number) => writeFile(join(folder, String(number)), content, { mode: 0o644, flag: "wx" })),
  );
}

/** Lines of POSIX shell, run inside as the agent: they end the shell when a file cannot be placed. */
export function homeFilesScript(files: readonly HomeFile[]): string {
  return files
    .map(({ path, replace, executable }, number) => {
      const target = shellQuote(posix.join(guestHome, path));
      const folder = shellQuote(posix.dirname(posix.join(guestHome, path)));
      // Written anew and not into: what lies there may be a link.
      const place = `mkdir -p ${folder} && rm -rf ${target} && cp ${guestHomeFiles}/${number} ${target} && chmod ${executable ? 700 : 600} ${target}`;
      const kept = replace ? "" : `[ -e ${target} ] || `;
      return `${kept}{ ${place}; } || { echo ${shellQuote(`The file ${path} could not be put into the home.`)}; exit 1; }\n`;
    })
    .join("");
}

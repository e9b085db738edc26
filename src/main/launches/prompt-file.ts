/** A first prompt on a program's stdin: a file that only the person can read, opened by the start and gone before the program runs. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Opens the file, removes it, and becomes the program with it as stdin; the program finds its keys on /dev/tty. Without the file (the
 * terminal was restarted) the program starts without a prompt.
 */
const script = 'p=$1; shift; if [ -f "$p" ]; then exec <"$p"; rm -f -- "$p"; fi; exec "$@"';

/** Writes the prompt and returns the command line around `argv`. Not on Windows. */
export async function throughPromptFile(
  folder: string,
  launchId: string,
  prompt: string,
  argv: readonly string[],
): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${launchId}.prompt`);
  await writeFile(path, prompt.endsWith("\n") ? prompt : `${prompt}\n`, { mode: 0o600, flag: "wx" });
  return ["/bin/sh", "-c", script, "cellar", path, ...argv];
}

/** Removes what launches that never came to be have left. */
export async function removePromptFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names.filter((name) => name.endsWith(".prompt")).map((name) => rm(join(folder, name), { force: true })),
  );
}

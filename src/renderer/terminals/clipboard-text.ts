/** What may go from the clipboard, or from dropped files, into a terminal. Pure; the clipboard itself is reached in `clipboard.ts`. */

/**
 * Text without the control characters that would act on the terminal instead of being text: an escape sequence in a copied line could end
 * the bracketed paste and run what follows. Tabs and line ends stay.
 */
export function pasteable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "");
}

/** Lines of a paste, a line end at the very end not counted as one more. */
export function linesOf(text: string): string[] {
  return text.replace(/\r?\n$|\r$/, "").split(/\r\n|\n|\r/);
}

/** The same words without their line ends, so that nothing runs before Enter. A shell's continuation (`\\` at the end) is one line already. */
export function asOneLine(text: string): string {
  return linesOf(text)
    .map((line) => line.replace(/\\$/, "").trim())
    .filter((line) => line !== "")
    .join(" ");
}

/** Without bracketed paste every line end is an Enter: several commands would run before anybody could read them. */
export function needsConfirmation(text: string, bracketedPaste: boolean): boolean {
  return !bracketedPaste && linesOf(text).length > 1;
}

/** Paths as arguments on a command line, separated and followed by a blank. */
export function quotedPaths(paths: readonly string[], platform: string): string {
  const quote = platform === "win32" ? quotedForWindows : quotedForPosix;
  return paths.map((path) => `${quote(path)} `).join("");
}

function quotedForPosix(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

/** `"` cannot occur in a Windows path. */
function quotedForWindows(path: string): string {
  return /^[\w@+=:,.\\/-]+$/.test(path) ? path : `"${path}"`;
}

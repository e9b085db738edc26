/** Output as text for people, without escape sequences and control characters: all of it, or the line after the last line feed. */

const longest = 200;
/** Enough for 200 characters of text between many escape sequences, and little enough to be read often. */
export const lastLineTailBytes = 4096;

/** CSI; OSC, DCS, SOS, PM, APC up to their terminator or the end; two- and three-character escapes; 8-bit CSI. */
const escapes =
  /\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*[0-~]?|\x9b[0-?]*[ -/]*[@-~]?/g;
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

export function withoutEscapes(text: string): string {
  return text.replace(escapes, "").replace(controls, "");
}

/**
 * `tail`: the last bytes of the output. One final line end does not count. A carriage return starts the line over, as a progress
 * bar does. The last 200 characters.
 */
export function lastLineOf(tail: Buffer): string {
  const text = tail
    .toString("utf8")
    .replace(escapes, "")
    .replace(/\r*\n$/, "");
  const line = text.slice(text.lastIndexOf("\n") + 1);
  const parts = line.split("\r").filter((part) => part.trim() !== "");
  return Array.from((parts.at(-1) ?? "").replace(controls, "").replaceAll("\t", " "))
    .slice(-longest)
    .join("");
}

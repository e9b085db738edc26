/** Text of a terminal as lines, as `pty_capture` gives it. */

/**
 * The last (or first) `lines` lines. UTF-8 with replacement, escape sequences kept; CR LF, LF and a lone CR end a line and become
 * `\n`; none at the end.
 */
export function captureLines(bytes: Buffer, lines: number, tail: boolean): string {
  if (lines <= 0) return "";
  // A PTY in its usual mode writes CR LF, and a program that adds its own CR makes it two.
  const text = bytes.toString("utf8").replace(/\r*\n|\r/g, "\n");
  const all = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  return (tail ? all.slice(-lines) : all.slice(0, lines)).join("\n");
}

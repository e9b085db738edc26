/** What an attached terminal leaves behind on the person's own, and how that is undone. */

/**
 * Undoes what a program may have switched on: another screen, the mouse, keys of another kind, a hidden cursor. Safe when nothing was: the
 * cursor is saved first, so that leaving a screen that was not entered does not move it.
 */
export const leaving = [
  "\x1b7\x1b[?1049l", // the alternate screen
  "\x1b7\x1b[r\x1b8", // the scroll region
  "\x1b[?6l\x1b[?7h\x1b[4l", // origin mode, wrapping, insert mode
  "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1004l", // mouse and focus
  "\x1b[?2004l\x1b[?2026l", // bracketed paste, synchronised output
  "\x1b[?1l\x1b>\x1b[<99u\x1b[>4m", // cursor keys, keypad, kitty's and xterm's keyboards
  "\x1b(B\x0f\x1b[0m\x1b[0 q\x1b[?25h", // character set, colours, cursor
  "\x1b[23;2t", // the title, see `titled`
].join("");

/** Keeps the title that is there and shows another one. */
export function titled(text: string): string {
  return `\x1b[22;2t\x1b]2;${text}\x07`;
}

/** An empty screen for a snapshot. What was on it moves up into the scrollback, nothing is wiped. */
export function cleared(rows: number): string {
  return `\x1b[0m\x1b[${rows};1H${"\n".repeat(rows)}\x1b[H\x1b[2J`;
}

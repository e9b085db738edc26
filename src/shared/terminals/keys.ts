/** Keys by their names, as tmux's send-keys and `k` call them, and the bytes that a terminal sends for them. */

const named: Record<string, string> = {
  enter: "\r",
  escape: "\x1b",
  tab: "\t",
  btab: "\x1b[Z",
  space: " ",
  bspace: "\x7f",
  backspace: "\x7f",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  home: "\x1b[H",
  end: "\x1b[F",
  ic: "\x1b[2~",
  insert: "\x1b[2~",
  dc: "\x1b[3~",
  delete: "\x1b[3~",
  ppage: "\x1b[5~",
  pageup: "\x1b[5~",
  pgup: "\x1b[5~",
  npage: "\x1b[6~",
  pagedown: "\x1b[6~",
  pgdn: "\x1b[6~",
  f1: "\x1bOP",
  f2: "\x1bOQ",
  f3: "\x1bOR",
  f4: "\x1bOS",
  f5: "\x1b[15~",
  f6: "\x1b[17~",
  f7: "\x1b[18~",
  f8: "\x1b[19~",
  f9: "\x1b[20~",
  f10: "\x1b[21~",
  f11: "\x1b[23~",
  f12: "\x1b[24~",
};

/** A name, `C-x`, `^x`, `M-x`; null for what is none of them. */
export function keyBytes(key: string): string | null {
  const meta = /^M-(.+)$/su.exec(key)?.[1];
  if (meta !== undefined) {
    const bytes = keyBytes(meta) ?? ([...meta].length === 1 ? meta : null);
    return bytes === null ? null : `\x1b${bytes}`;
  }
  const control = /^(?:C-|\^)(.+)$/su.exec(key)?.[1];
  return control === undefined ? (named[key.toLowerCase()] ?? null) : controlBytes(control);
}

function controlBytes(key: string): string | null {
  if (/^space$/i.test(key)) return "\0";
  if (key === "?") return "\x7f";
  // From @ to _, and the lower-case letters: the terminal clears the bits of the letter.
  if (/^[@-_a-z]$/.test(key)) return String.fromCharCode(key.toUpperCase().charCodeAt(0) & 0x1f);
  const arrow = /^(?:up|down|right|left|home|end)$/i.exec(key);
  return arrow ? named[arrow[0].toLowerCase()]!.replace("[", "[1;5") : null;
}

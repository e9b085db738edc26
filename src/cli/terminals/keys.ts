/** Keys by their names, as tmux and `k` call them, and what a terminal sends for them. */
import { Failure } from "#shared/failure.ts";

const named: Record<string, string> = {
  enter: "\r",
  tab: "\t",
  escape: "\x1b",
  space: " ",
  backspace: "\x7f",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  home: "\x1b[H",
  end: "\x1b[F",
  pageup: "\x1b[5~",
  pagedown: "\x1b[6~",
  delete: "\x1b[3~",
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

/** Throws `invalid_input` for a key that is not known. */
export function keySequence(key: string): string {
  const known = named[key.toLowerCase()];
  if (known !== undefined) return known;
  const control = controlCharacter(key);
  if (control !== null) return control;
  throw new Failure("invalid_input", `there is no key ${JSON.stringify(key)}`, {
    hint: `Keys are ${Object.keys(named).join(", ")}, C-a to C-z.`,
  });
}

/** The character of `C-c`, `ctrl-c` or `^C`; null for anything else. */
export function controlCharacter(key: string): string | null {
  const [, letter] = /^(?:c-|ctrl-|\^)([a-z@[\\\]^_])$/i.exec(key) ?? [];
  return letter === undefined ? null : String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 0x1f);
}

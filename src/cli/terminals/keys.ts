/** Keys as somebody at a command line writes them. */
import { Failure } from "#shared/failure.ts";
import { keyBytes } from "#shared/terminals/keys.ts";

const bytesOf = (key: string) => keyBytes(key.replace(/^(?:c|ctrl)-/i, "C-"));

/** Throws `invalid_input` for a key that is not known. */
export function keySequence(key: string): string {
  const bytes = bytesOf(key);
  if (bytes !== null) return bytes;
  throw new Failure("invalid_input", `there is no key ${JSON.stringify(key)}`, {
    hint: "Keys are Enter, Tab, Escape, Space, Backspace, Up, Down, Left, Right, Home, End, PageUp, PageDown, Insert, Delete, F1 to F12, C-a to C-z, M-a to M-z.",
  });
}

/** The character of `C-c`, `ctrl-c` or `^C`; null for anything else. */
export function controlCharacter(key: string): string | null {
  if (!/^(?:c-|ctrl-|\^)/i.test(key)) return null;
  const bytes = bytesOf(key);
  return bytes !== null && bytes.length === 1 && bytes < " " ? bytes : null;
}

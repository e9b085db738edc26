/** Keys that were pressed, as a shortcut for every program; or what is missing to make one of them. */
import { globalShortcutPattern } from "#shared/commands/shortcut.ts";
import { codes, type KeyPress } from "../app/commands.ts";

export type Recorded = { shortcut: string } | { missing: "key" | "modifier" };

export function recorded(press: KeyPress, mac: boolean): Recorded {
  const key = keyOf(press);
  if (key === null) return { missing: "key" };
  const held = [
    press.ctrlKey && "ctrl",
    press.metaKey && (mac ? "mod" : "super"),
    press.altKey && "alt",
    press.shiftKey && "shift",
  ].filter((name) => name !== false);
  const shortcut = [...held, key].join("+");
  return globalShortcutPattern.test(shortcut) ? { shortcut } : { missing: "modifier" };
}

/** The character printed on the key where a layout has one, else its place: with Alt a letter's key may type anything. */
function keyOf({ key, code }: KeyPress): string | null {
  if (/^[a-z0-9]$/i.test(key)) return key.toLowerCase();
  if (/^F([1-9]|1\d|2[0-4])$/.test(key)) return key.toLowerCase();
  if (codes[code] !== undefined) return codes[code];
  return /^(?:Key([A-Z])|Digit(\d))$/.exec(code)?.slice(1).find(Boolean)?.toLowerCase() ?? null;
}

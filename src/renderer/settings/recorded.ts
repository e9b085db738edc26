/** Keys that were pressed, as a shortcut for every program; or what is missing to make one of them. Pure. */
import { type CommandWords, commandWords } from "#shared/commands/catalogue.ts";
import { globalShortcutPattern, keysOf } from "#shared/commands/shortcut.ts";
import { codes, type KeyPress, shortcutLabel } from "../app/commands.ts";

/** `held`: only the beginning, as it is shown. `refused`: why these keys are none, without a full stop. */
export type Recorded = { shortcut: string } | { held: string } | { refused: string };

const modifierKeys = new Set(["Control", "Meta", "Alt", "AltGraph", "Shift"]);

export function recorded(press: KeyPress, mac: boolean): Recorded {
  const held = heldKeys(press, mac);
  if (modifierKeys.has(press.key)) return { held: heldLabel(held, mac) };
  const key = keyOf(press);
  if (key === null) return { refused: "That key cannot be used" };
  const shortcut = [...held, key].join("+");
  if (!globalShortcutPattern.test(shortcut)) {
    return { refused: `Hold ${mac ? "⌘, ⌃ or ⌥" : "Ctrl, Alt or Super"} as well` };
  }
  const label = shortcutLabel(shortcut, mac);
  const own = ownCommand(shortcut, mac);
  if (own !== null) return { refused: `Cellar itself has ${label}: ${own}` };
  if (isOfPrograms(held, key)) return { refused: `Programs use ${label} themselves: hold another key as well` };
  return { shortcut };
}

/** The modifiers that are held, also while they are let go of one by one; empty: none. */
export function heldNow(press: KeyPress, mac: boolean): string {
  return heldLabel(heldKeys(press, mac), mac);
}

function heldKeys(press: KeyPress, mac: boolean): string[] {
  return [
    press.ctrlKey && "ctrl",
    press.metaKey && (mac ? "mod" : "super"),
    press.altKey && "alt",
    press.shiftKey && "shift",
  ].filter((name) => name !== false);
}

function heldLabel(held: readonly string[], mac: boolean): string {
  return held.length === 0 ? "" : shortcutLabel([...held, "…"].join("+"), mac);
}

/** What the keys do in Cellar's window, whose keys they would be taken from; null: nothing. */
function ownCommand(shortcut: string, mac: boolean): string | null {
  const keys = sorted(shortcut, mac);
  const words: readonly CommandWords[] = Object.values(commandWords);
  return words.find((each) => each.shortcut && sorted(keysOf(each.shortcut, mac), mac) === keys)?.title ?? null;
}

function sorted(shortcut: string, mac: boolean): string {
  return shortcut
    .split("+")
    .map((name) => (name === "mod" && !mac ? "ctrl" : name))
    .sort()
    .join("+");
}

/** Copying, closing, a shell's history: with Ctrl or Cmd alone these mean something nearly everywhere. */
function isOfPrograms(held: readonly string[], key: string): boolean {
  const [only, another] = held;
  if (another !== undefined || (only !== "ctrl" && only !== "mod")) return false;
  return /^(?:[a-z0-9]|enter|home|end|delete|arrow\w+)$/.test(key);
}

/** The character printed on the key where a layout has one, else its place: with Alt a letter's key may type anything. */
function keyOf({ key, code }: KeyPress): string | null {
  if (/^[a-z0-9]$/i.test(key)) return key.toLowerCase();
  if (/^F([1-9]|1\d|2[0-4])$/.test(key)) return key.toLowerCase();
  if (codes[code] !== undefined) return codes[code];
  return /^(?:Key([A-Z])|Digit(\d))$/.exec(code)?.slice(1).find(Boolean)?.toLowerCase() ?? null;
}

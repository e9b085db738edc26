/**
 * Every action a person can take, with its shortcut: what the palette lists, the help shows, keys and the application menu do. A domain
 * adds its own while it is on screen: `useCommands([commandsWith(facts)("terminal.rename", { run })])`.
 */
import { useEffect, useRef } from "react";
import { create } from "zustand";
import { type CommandId, type CommandWords, commandWords } from "#shared/commands/catalogue.ts";
import type { CommandFacts } from "#shared/commands/facts.ts";
import { keySigns, keysOf, type Shortcut } from "#shared/commands/shortcut.ts";
import { useCommandFacts } from "./command-facts.ts";

export type Command = CommandWords & {
  /** Unique, `group.verb`. */
  id: string;
  /** Why it cannot run now; shown in the palette. Undefined: it can. */
  unavailable?: string | undefined;
  run: () => void;
};

/** Makes commands of the catalogue, which says from the facts whether they can be done. A title says more where something is known. */
export function commandsWith(facts: CommandFacts) {
  return (id: CommandId, does: { run: () => void; title?: string }): Command => {
    const words: CommandWords = commandWords[id];
    return { id, ...words, unavailable: words.cannot?.(facts), ...does };
  };
}

export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** `Ctrl+Shift+P`, `⇧⌘P`. */
export function shortcutLabel(shortcut: Shortcut, mac = isMac): string {
  const parts = keysOf(shortcut, mac).split("+");
  const key = parts.pop() ?? "";
  const name = keyNames[key] ?? (key.length === 1 ? key.toUpperCase() : key[0]?.toUpperCase() + key.slice(1));
  if (!mac) return [...parts.map((part) => otherNames[part] ?? part), name].join("+");
  return (
    ["ctrl", "alt", "shift", "mod"]
      .filter((part) => parts.includes(part))
      .map((part) => macSigns[part])
      .join("") + name
  );
}

const keyNames: Record<string, string> = {
  ...keySigns,
  enter: "Enter",
  escape: "Esc",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  plus: "+",
  pageup: "Page Up",
  pagedown: "Page Down",
};
const otherNames: Record<string, string> = { mod: "Ctrl", ctrl: "Ctrl", alt: "Alt", super: "Super", shift: "Shift" };
const macSigns: Record<string, string> = { mod: "⌘", ctrl: "⌃", alt: "⌥", shift: "⇧" };

/** Keys by their place on the keyboard, so that Shift and layouts do not change what a shortcut is. */
export const codes: Readonly<Record<string, string>> = {
  Comma: "comma",
  Slash: "slash",
  Backquote: "backquote",
  Backslash: "backslash",
  BracketLeft: "bracketleft",
  BracketRight: "bracketright",
  Minus: "minus",
  NumpadSubtract: "minus",
  Equal: "plus",
  NumpadAdd: "plus",
  Space: "space",
  Enter: "enter",
  Escape: "escape",
  ArrowLeft: "arrowleft",
  ArrowRight: "arrowright",
  ArrowUp: "arrowup",
  ArrowDown: "arrowdown",
  Home: "home",
  End: "end",
  PageUp: "pageup",
  PageDown: "pagedown",
  Insert: "insert",
  Delete: "delete",
};

/** Keys that print a sign by which a shortcut names them, wherever a layout has them. */
const signs: Record<string, string> = { "+": "plus", "-": "minus" };

export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

export function matches(shortcut: Shortcut, press: KeyPress, mac = isMac): boolean {
  const parts = keysOf(shortcut, mac).split("+");
  const key = parts.pop() ?? "";
  const ctrl = parts.includes("ctrl") || (!mac && parts.includes("mod"));
  const meta = mac && parts.includes("mod");
  if (press.ctrlKey !== ctrl || press.metaKey !== meta) return false;
  if (press.altKey !== parts.includes("alt") || press.shiftKey !== parts.includes("shift")) return false;
  if (codes[press.code] === key || (signs[press.key] ?? press.key.toLowerCase()) === key) return true;
  // With Shift or Alt a letter's or digit's key says something else than what is printed on it.
  return /^Key[A-Z]$/.test(press.code)
    ? press.code.slice(3).toLowerCase() === key && !/^[a-z]$/i.test(press.key)
    : press.code === `Digit${key}`;
}

type Registered = { order: number; commands: readonly Command[] };
export const useCommandList = create<{ parts: ReadonlyMap<object, Registered> }>(() => ({ parts: new Map() }));

/** All commands of now, in the order their parts were first shown. */
export function allCommands(parts = useCommandList.getState().parts): Command[] {
  return [...parts.values()].sort((a, b) => a.order - b.order).flatMap((part) => part.commands);
}

let nextOrder = 0;

/** Offers commands while the component is shown. `commands` may be new on every render. */
export function useCommands(commands: readonly Command[]): void {
  const owner = useRef({});
  const order = useRef(-1);
  if (order.current < 0) order.current = nextOrder++;
  useEffect(() => {
    useCommandList.setState(({ parts }) => ({
      parts: new Map(parts).set(owner.current, { order: order.current, commands }),
    }));
  }, [commands]);
  useEffect(() => {
    const key = owner.current;
    return () =>
      useCommandList.setState(({ parts }) => {
        const rest = new Map(parts);
        rest.delete(key);
        return { parts: rest };
      });
  }, []);
}

/** Runs what was chosen in the application menu. Answers why it cannot be done; null when it was. */
export function runCommand(id: CommandId): string | null {
  const found = allCommands().find((each) => each.id === id);
  const { cannot }: CommandWords = commandWords[id];
  if (found === undefined) return cannot?.(useCommandFacts.getState()) ?? "That cannot be done now";
  if (found.unavailable !== undefined) return found.unavailable;
  found.run();
  return null;
}

/** While keys are being recorded for a shortcut, they mean nothing else. */
let recording = 0;
export function pauseShortcuts(): () => void {
  recording += 1;
  return () => {
    recording -= 1;
  };
}

/** Runs the command whose shortcut was pressed. Before anything else sees the key, a terminal included. */
export function listenForShortcuts(): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (recording > 0) return;
    // AltGr types a character; on Windows it also reads as Ctrl and Alt.
    if (event.isComposing || event.repeat || event.getModifierState("AltGraph")) return;
    const inTerminal = event.target instanceof Element && event.target.closest(".terminal-room") !== null;
    const command = allCommands().find(
      ({ shortcut, localKeys, notInTerminal, unavailable }) =>
        shortcut && !localKeys && !(notInTerminal && inTerminal) && !unavailable && matches(shortcut, event),
    );
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    command.run();
  };
  window.addEventListener("keydown", pressed, { capture: true });
  return () => window.removeEventListener("keydown", pressed, { capture: true });
}

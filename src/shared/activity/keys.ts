/** Which of the keys that a terminal is sent say something about its program: an answer, Enter, an interrupt. Pure. */
import type { Key } from "./signals.ts";

/**
 * Sequences that a terminal sends by itself or for keys that only move: answers to questions, focus, mouse, arrows. The string kinds
 * first: what is in them is no key.
 */
const sequences =
  /\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\|\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|O[\x20-\x7e])/g;
/** Enter, Esc and Ctrl-C as kitty's keyboard protocol sends them. */
const kitty: Readonly<Record<string, Key>> = {
  "\x1b[13u": "enter",
  "\x1b[27u": "interrupt",
  "\x1b[99;5u": "interrupt",
};

/** What one write to the terminal says; null for nothing. A pasted text is one write, and no answer. */
export function keyOf(text: string): Key | null {
  for (const [sequence, key] of Object.entries(kitty)) if (text.includes(sequence)) return key;
  const typed = text.replace(sequences, "");
  if (typed === "\x1b" || typed === "\x03") return "interrupt";
  if (/[\r\n]/.test(typed)) return "enter";
  return /^[^\p{Cc}]$/u.test(typed) ? "answer" : null;
}

/**
 * Long timers of the app in a test's hand, where it asked for it: one that waits for seconds or more fires when the test says that so much time has
 * passed, and not before. Short ones, which only let something settle, go on by themselves.
 */
import { settings } from "./settings.ts";

type Held = { at: number; fire: () => void };

const held = new Map<object, Held>();
let now = 0;

if (settings.heldTimersMs !== null) {
  const { setTimeout: usual, clearTimeout: usualClear } = globalThis;
  const longMs = settings.heldTimersMs;
  globalThis.setTimeout = Object.assign((callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    if (ms < longMs) return usual(callback, ms, ...args);
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => false };
    held.set(timer, { at: now + ms, fire: () => callback(...args) });
    return timer;
  }, usual) as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    if (!held.delete(timer as unknown as object)) usualClear(timer);
  };
}

/** So much time passes for the timers that are held. */
export function pass(ms: number): void {
  if (settings.heldTimersMs === null) throw new Error("no timers are held: `heldTimersMs`");
  now += ms;
  for (const [timer, { at, fire }] of [...held]) if (at <= now && held.delete(timer)) fire();
}

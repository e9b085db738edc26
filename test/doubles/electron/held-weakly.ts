/**
 * What Electron keeps only as long as the app does. "My app's tray disappeared after a few minutes. This happens when the variable which is used to store
 * the tray gets garbage collected." (docs/faq.md)
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export class HeldWeakly<Value extends WeakKey> implements Iterable<Value> {
  readonly #held = new Set<WeakRef<Value>>();

  add(value: Value): void {
    this.#held.add(new WeakRef(value));
  }

  delete(value: Value): boolean {
    for (const each of this.#held) if (each.deref() === value) return this.#held.delete(each);
    return false;
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (const each of this.#held) {
      const value = each.deref();
      if (value !== undefined) yield value;
    }
  }
}

/** Collects what nobody holds. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What was looked at in this turn of the event loop is held until its end.
  for (let round = 0; round < 2; round++) {
    await new Promise((later) => setImmediate(later));
    collect();
  }
}

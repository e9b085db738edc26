/** A value that changes, as a stream: what it is now, then what it has become. A slow reader gets the latest, not every step. */

/** Ends when `signal` is aborted. `subscribe` calls back after each change and returns what ends it. */
export async function* latest<Value>(
  current: () => Value,
  subscribe: (changed: () => void) => () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Value> {
  let fresh = true;
  let wake: () => void = () => {};
  const stir = () => wake();
  const unsubscribe = subscribe(() => {
    fresh = true;
    wake();
  });
  signal?.addEventListener("abort", stir, { once: true });
  try {
    while (!signal?.aborted) {
      if (fresh) {
        fresh = false;
        yield current();
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal?.removeEventListener("abort", stir);
    unsubscribe();
  }
}

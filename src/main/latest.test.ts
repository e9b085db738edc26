import { describe, expect, test } from "vitest";
import { latest } from "./latest.ts";

function changing() {
  let value = 0;
  const listeners = new Set<() => void>();
  return {
    listeners,
    set(next: number) {
      value = next;
      for (const listener of listeners) listener();
    },
    watch: (signal?: AbortSignal) =>
      latest(
        () => value,
        (changed) => {
          listeners.add(changed);
          return () => listeners.delete(changed);
        },
        signal,
      ),
  };
}

describe("a value as a stream", () => {
  test("is what it is now, then what it has become, without the steps between", async () => {
    const source = changing();
    const watch = source.watch();
    expect((await watch.next()).value).toBe(0);
    const next = watch.next();
    source.set(1);
    expect((await next).value).toBe(1);
    for (let n = 2; n <= 100; n++) source.set(n);
    expect((await watch.next()).value).toBe(100);
    await watch.return(undefined);
    expect(source.listeners.size).toBe(0);
  });

  test("ends with its signal, also while nothing changes", async () => {
    const source = changing();
    const stop = new AbortController();
    const watch = source.watch(stop.signal);
    await watch.next();
    const next = watch.next();
    stop.abort();
    expect((await next).done).toBe(true);
    expect(source.listeners.size).toBe(0);
  });
});

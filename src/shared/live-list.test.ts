import { describe, expect, test } from "vitest";
import type { LiveListEvent } from "./contract/base.ts";
import { goneBy, LiveList } from "./live-list.ts";

type Item = { id: string; n: number };

describe("a live list", () => {
  test("gives everything first, then one change each", async () => {
    const list = new LiveList<Item>();
    list.set({ id: "a", n: 1 });
    const watch = list.watch(undefined);
    expect((await watch.next()).value).toEqual({ type: "all", items: [{ id: "a", n: 1 }] });
    list.set({ id: "b", n: 1 });
    expect((await watch.next()).value).toEqual({ type: "changed", item: { id: "b", n: 1 } });
    list.remove("a");
    expect((await watch.next()).value).toEqual({ type: "removed", id: "a" });
    await watch.return(undefined);
  });

  test("tells a slow watcher only the last state of an item", async () => {
    const list = new LiveList<Item>();
    const watch = list.watch(undefined);
    await watch.next();
    for (let n = 0; n < 1000; n++) list.set({ id: "a", n });
    expect((await watch.next()).value).toEqual({ type: "changed", item: { id: "a", n: 999 } });
    list.set({ id: "b", n: 0 });
    expect((await watch.next()).value).toEqual({ type: "changed", item: { id: "b", n: 0 } });
  });

  test("ends when its signal is aborted, also while waiting", async () => {
    const list = new LiveList<Item>();
    const stop = new AbortController();
    const watch = list.watch(stop.signal);
    await watch.next();
    const waiting = watch.next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

test("what an event has taken from the list is gone by it, and nothing else", () => {
  const after = (event: LiveListEvent<{ id: string }>) => ["a", "b"].filter(goneBy(event));
  expect(after({ type: "all", items: [{ id: "a" }] })).toEqual(["b"]);
  expect(after({ type: "removed", id: "a" })).toEqual(["a"]);
  expect(after({ type: "changed", item: { id: "a" } })).toEqual([]);
});

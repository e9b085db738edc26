import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveListEvent } from "#shared/contract/base.ts";
import { LiveSource } from "./source.ts";

type Item = { id: string; name: string; more: { bytes: number } };
const item = (id: string, name = id): Item => ({ id, name, more: { bytes: 1 } });

/** The other end of a watch: sends when told, and can be cut. */
class Channel {
  #send: ((event: LiveListEvent<Item>) => void) | null = null;
  #cut: ((reason: Error) => void) | null = null;
  asked = 0;

  readonly watch = async (signal: AbortSignal): Promise<AsyncIterable<LiveListEvent<Item>>> => {
    this.asked += 1;
    const waiting: LiveListEvent<Item>[] = [];
    let wake: (() => void) | null = null;
    let failure: Error | null = null;
    this.#send = (event) => {
      waiting.push(event);
      wake?.();
    };
    this.#cut = (reason) => {
      failure = reason;
      wake?.();
    };
    signal.addEventListener("abort", () => this.#cut?.(new Error("aborted")));
    return (async function* () {
      for (;;) {
        const next = waiting.shift();
        if (next) yield next;
        else if (failure) throw failure;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    })();
  };

  async send(...events: LiveListEvent<Item>[]): Promise<void> {
    for (const event of events) this.#send?.(event);
    await vi.advanceTimersByTimeAsync(200);
  }

  async cut(): Promise<void> {
    this.#cut?.(new Error("connection lost"));
    await vi.advanceTimersByTimeAsync(200);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run, 16));
  vi.stubGlobal("cancelAnimationFrame", (handle: number) => clearTimeout(handle));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function watched() {
  const channel = new Channel();
  const source = new LiveSource<Item>(channel.watch, async () => {});
  const told = vi.fn();
  const leave = source.subscribe(told);
  await vi.advanceTimersByTimeAsync(0);
  return { channel, source, told, leave };
}

test("an item that did not change stays the same object, also when everything is sent again", async () => {
  const { channel, source } = await watched();
  await channel.send({ type: "all", items: [item("a"), item("b")] });
  const [a, b] = source.getSnapshot().items;
  await channel.send({ type: "changed", item: item("b", "renamed") });
  expect(source.getSnapshot().items[0]).toBe(a);
  expect(source.getSnapshot().items[1]).not.toBe(b);
  await channel.send({ type: "all", items: [item("a"), item("c")] });
  expect(source.getSnapshot().items[0]).toBe(a);
  expect(source.getSnapshot().items.map(({ id }) => id)).toEqual(["a", "c"]);
});

test("a burst of changes is told once", async () => {
  const { channel, told } = await watched();
  await channel.send({ type: "all", items: [item("a")] });
  told.mockClear();
  await channel.send(...Array.from({ length: 500 }, (_, n) => ({ type: "changed" as const, item: item("a", `${n}`) })));
  expect(told.mock.calls.length).toBeLessThanOrEqual(2);
});

test("after a lost connection the old items stay, marked stale, until everything has come again", async () => {
  const { channel, source } = await watched();
  await channel.send({ type: "all", items: [item("a")] });
  await channel.cut();
  expect(source.getSnapshot()).toMatchObject({ status: "stale", problem: { message: "connection lost" } });
  expect(source.getSnapshot().items).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(channel.asked).toBe(2);
  await channel.send({ type: "all", items: [item("b")] });
  expect(source.getSnapshot()).toMatchObject({ status: "live", problem: null });
  expect(source.getSnapshot().items.map(({ id }) => id)).toEqual(["b"]);
});

test("a list that nobody looks at is let go after a while, not at once", async () => {
  const { channel, source, leave } = await watched();
  await channel.send({ type: "all", items: [item("a")] });
  leave();
  const back = source.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(10_000);
  expect(channel.asked).toBe(1);
  back();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(source.getSnapshot().status).toBe("loading");
  source.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.asked).toBe(2);
});

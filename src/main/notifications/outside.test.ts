import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Notification } from "#shared/contract/notifications.ts";
import type { OutsideListener, OutsideNotification } from "../desktop.ts";
import { Outside } from "./outside.ts";

let at: number;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-01T12:00:00Z") });
  at = 0;
});
afterEach(() => vi.useRealTimers());

function note(change: Partial<Notification> = {}): Notification {
  at += 1;
  return {
    id: `note-${String(at).padStart(12, "0")}`,
    kind: "agent-done",
    state: "done",
    title: `api · agent ${at}`,
    body: "Done",
    terminalId: `term-${String(at).padStart(8, "0")}`,
    cellId: null,
    workspaceId: null,
    about: null,
    actions: [],
    createdAt: new Date().toISOString(),
    seenAt: null,
    shown: false,
    ...change,
  };
}

/** A desktop that shows what it is given, and remembers. */
function desktop({ shows = true } = {}) {
  const shown: (OutsideNotification & { listener: OutsideListener; open: boolean })[] = [];
  const done: string[] = [];
  const outside = new Outside({
    desktop: {
      notify(notification, listener) {
        if (!shows) return null;
        const entry = { ...notification, listener, open: true };
        shown.push(entry);
        return {
          close() {
            entry.open = false;
            // As Electron says so.
            listener.closed();
          },
        };
      },
    },
    open: ({ id }) => done.push(`open ${id}`),
    openAll: ({ id }) => done.push(`open all, latest ${id}`),
    act: ({ id }, action) => done.push(`${action} ${id}`),
  });
  return { outside, shown, done, open: () => shown.filter((each) => each.open) };
}

describe("several of one kind within a short time", () => {
  test("become one that counts them, and a click leads to all of them", () => {
    const { outside, open, done } = desktop();
    for (let n = 0; n < 3; n++) outside.show(note());
    vi.advanceTimersByTime(1_000);
    expect(open()).toMatchObject([
      { title: "✓ 3 agents are done", body: "api · agent 3, api · agent 2, api · agent 1", actions: [] },
    ]);
    open()[0]?.listener.opened();
    expect(done).toEqual(["open all, latest note-000000000003"]);
    expect(open()).toEqual([]);
  });

  test("stay one by one when they are of different kinds, or far apart", () => {
    const { outside, open } = desktop();
    outside.show(note());
    outside.show(note({ kind: "agent-failed", state: "failed" }));
    vi.advanceTimersByTime(31_000);
    outside.show(note());
    expect(open().map(({ title }) => title)).toEqual(["✓ api · agent 1", "✕ api · agent 2", "✓ api · agent 3"]);
  });

  test("of one terminal are the latest of them, and lead there", () => {
    const { outside, open, done } = desktop();
    outside.show(note({ kind: "program", terminalId: "term-0000000a", body: "first" }));
    outside.show(note({ kind: "program", terminalId: "term-0000000a", body: "second" }));
    vi.advanceTimersByTime(1_000);
    expect(open().map(({ body }) => body)).toEqual(["second"]);
    open()[0]?.listener.opened();
    expect(done).toEqual(["open note-000000000002"]);
  });

  test("say how many of them ended badly, and show that in their sign", () => {
    const { outside, open } = desktop();
    const cells = { kind: "cell-done", terminalId: "term-0000000a" } as const;
    outside.show(note(cells));
    outside.show(note({ ...cells, state: "failed" }));
    outside.show(note(cells));
    vi.advanceTimersByTime(1_000);
    expect(open().map(({ title }) => title)).toEqual(["✕ 3 cells finished, 1 failed"]);
  });

  test("change it at most once a second", () => {
    const { outside, shown, open } = desktop();
    for (let n = 0; n < 200; n++) {
      outside.show(note());
      vi.advanceTimersByTime(50);
    }
    vi.advanceTimersByTime(1_000);
    expect(shown.length).toBeLessThanOrEqual(12);
    expect(open().map(({ title }) => title)).toEqual(["✓ 200 agents are done"]);
  });
});

describe("one that was seen or answered meanwhile", () => {
  test("is taken away, and what is left of several stays", () => {
    const { outside, open } = desktop();
    const [first, second] = [note(), note()];
    outside.show(first);
    outside.show(second);
    vi.advanceTimersByTime(1_000);
    outside.withdraw(first.id);
    expect(open()).toHaveLength(1);
    outside.withdraw(second.id);
    expect(open()).toHaveLength(0);
    expect(outside.size).toBe(0);
  });

  test("does not come after all when it was about to be shown", () => {
    const { outside, shown } = desktop();
    const [first, second] = [note(), note()];
    outside.show(first);
    outside.show(second);
    outside.withdraw(first.id);
    outside.withdraw(second.id);
    vi.advanceTimersByTime(5_000);
    expect(shown).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("was taken away by the person, and the next one is shown alone", () => {
    const { outside, open } = desktop();
    outside.show(note());
    open()[0]?.listener.closed();
    outside.show(note());
    expect(open().at(-1)).toMatchObject({ title: "✓ api · agent 2" });
  });
});

test("its buttons are its actions, and do them", () => {
  const { outside, open, done } = desktop();
  const asks = note({ kind: "gateway-asks", terminalId: null, actions: ["allow-bottle", "allow-workspace", "refuse"] });
  outside.show(asks);
  expect(open()[0]?.actions).toEqual(["Allow in bottle", "Allow in workspace", "Refuse"]);
  open()[0]?.listener.acted(1);
  expect(done).toEqual([`allow-workspace ${asks.id}`]);
  expect(open()).toHaveLength(0);
});

test("a desktop that shows none is not waited for", () => {
  const { outside } = desktop({ shows: false });
  expect(outside.show(note())).toBe(false);
  expect(outside.size).toBe(0);
});

test("ten thousand leave a handful, and no timer", () => {
  const { outside, open } = desktop();
  const kinds = ["agent-done", "agent-failed", "cell-done", "notify", "bell", "terminal-ended"] as const;
  for (let n = 0; n < 10_000; n++) {
    outside.show(note({ kind: kinds[n % kinds.length]! }));
    // Every kind is quiet for a while now and then, so that there is always something new to show.
    vi.advanceTimersByTime(n % 50 === 0 ? 40_000 : 20);
  }
  vi.advanceTimersByTime(2_000);
  expect(outside.size).toBeLessThanOrEqual(20);
  expect(open()).toHaveLength(outside.size);
  expect(vi.getTimerCount()).toBe(0);
  outside.close();
  expect(open()).toHaveLength(0);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { State } from "#shared/states.ts";
import type { TerminalSummary } from "../live/index.ts";
import { runningOrder, shownOrder } from "./order.ts";

function terminal(id: string, state: State, at: string, more: Partial<TerminalSummary> = {}): TerminalSummary {
  return {
    id,
    label: id,
    workspaceId: null,
    programId: null,
    bottleId: null,
    alive: true,
    createdAt: at,
    resolvedAt: null,
    status: { state, words: state, time: { kind: "since", at } },
    unseen: false,
    needsYou: state === "waiting" || state === "permission",
    ...more,
  };
}

test("first what needs the person, the longest waiting first; then what is done, works, and runs", () => {
  const ended = { alive: false };
  expect(
    runningOrder([
      terminal("runs", "running", "01"),
      terminal("works", "working", "02"),
      terminal("waits-short", "waiting", "09"),
      terminal("done", "done-unseen", "03"),
      terminal("asks", "permission", "08"),
      terminal("waits-long", "waiting", "04"),
      terminal("ended", "done", "05", ended),
      terminal("failed-unseen", "failed", "06", { ...ended, needsYou: true }),
    ]),
  ).toEqual(["asks", "waits-long", "waits-short", "failed-unseen", "done", "works", "runs"]);
});

describe("while it is read", () => {
  const exists = () => true;

  test("rows keep their places, new ones come last, and that the order has changed is said", () => {
    expect(shownOrder(["a", "b"], ["c", "b", "a"], true, exists)).toEqual({ ids: ["a", "b", "c"], changed: true });
    expect(shownOrder(["a", "b"], ["b"], true, exists)).toEqual({ ids: ["a", "b"], changed: true });
    expect(shownOrder(["a", "b"], ["a", "b"], true, exists)).toEqual({ ids: ["a", "b"], changed: false });
    expect(shownOrder(["a", "b"], ["b", "a"], false, exists)).toEqual({ ids: ["b", "a"], changed: false });
  });

  test("only what is gone for good leaves", () => {
    expect(shownOrder(["a", "b", "c"], ["c"], true, (id) => id !== "a").ids).toEqual(["b", "c"]);
  });

  test("no row ever moves against another, whatever comes", () => {
    const ids = fc.uniqueArray(fc.constantFrom<string[]>("a", "b", "c", "d", "e", "f"));
    fc.assert(
      fc.property(ids, ids, (before, wanted) => {
        const { ids: shown } = shownOrder(before, wanted, true, exists);
        expect(shown.filter((id) => before.includes(id))).toEqual(before);
        expect([...shown].sort()).toEqual([...new Set([...before, ...wanted])].sort());
      }),
    );
  });
});

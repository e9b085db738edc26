import { expect, test } from "vitest";
import type { Terminal } from "./contract/terminals.ts";
import { cellStatus, exitWords, needsYou, type signs, terminalStatus } from "./states.ts";

const at = "2026-01-01T12:00:00.000Z";
const facts = {
  state: "running" as Terminal["state"],
  exitCode: null as number | null,
  heldCellId: null as string | null,
  createdAt: at,
  resolvedAt: null as string | null,
  updatedAt: at,
  pid: 42 as number | null,
};
const cell = { state: "timeout" as const, code: "npm test\n", limitSeconds: 30, startedAt: at };
const note = (kind: "bell" | "program" | "cell-done" | "cell-error", title = "t") => ({
  kind,
  title,
  body: "b",
  createdAt: at,
});

test.each([
  ["a running terminal of which nothing else is known only runs", facts, {}, "running", "Running"],
  ["one with a cell works", { ...facts, heldCellId: "c" }, {}, "working", "Working"],
  [
    "one held past its limit says so",
    { ...facts, heldCellId: "c" },
    { heldCell: cell },
    "held",
    "Still running past 30 s",
  ],
  ["one whose program asks waits", facts, { unseen: note("program", "Claude asks") }, "waiting", "Claude asks"],
  [
    "a cell that is done and unseen is shown until seen",
    facts,
    { unseen: note("cell-done") },
    "done-unseen",
    "Cell done",
  ],
  [
    "a new cell is more than the news of an old one",
    { ...facts, heldCellId: "c" },
    { unseen: note("cell-done") },
    "working",
    "Working",
  ],
  ["exit 0 is done", { ...facts, state: "succeeded" as const, exitCode: 0 }, {}, "done", "Done"],
  ["another exit failed", { ...facts, state: "failed" as const, exitCode: 3 }, {}, "failed", "Failed: exit 3"],
  ["a signal is named", { ...facts, state: "failed" as const, exitCode: -9 }, {}, "failed", "Failed: signal 9"],
  ["stopped is not failed", { ...facts, state: "cancelled" as const }, {}, "cancelled", "Stopped by you"],
  ["lost is not stopped", { ...facts, state: "stream_lost" as const }, {}, "lost", "Lost with the terminal host"],
])("%s", (_what, terminal, context, state, words) => {
  expect(terminalStatus(terminal, context)).toMatchObject({ state, words });
});

test("a cell that is done has not succeeded: without an exit status that is said", () => {
  const done = { ...cell, state: "done" as const, error: null, endedAt: at };
  expect(cellStatus({ ...done, exitCode: null }).words).toBe("Done, exit status not known");
  expect(cellStatus({ ...done, exitCode: 0 })).toMatchObject({ state: "done", words: "Done" });
  expect(cellStatus({ ...done, exitCode: 2 })).toMatchObject({ state: "failed", words: "Failed: exit 2" });
});

test("somebody is needed by what asks or is stuck, and by what went wrong unseen", () => {
  const status = (state: keyof typeof signs) => ({ state, words: "" });
  expect([needsYou(status("waiting"), false), needsYou(status("held"), false)]).toEqual([true, true]);
  expect([needsYou(status("failed"), true), needsYou(status("failed"), false)]).toEqual([true, false]);
  expect([needsYou(status("working"), true), needsYou(status("done-unseen"), true)]).toEqual([false, false]);
});

test("an exit status that is not known is not made up", () => {
  expect(exitWords(null)).toBe("exit status not known");
});

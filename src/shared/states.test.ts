import { expect, test } from "vitest";
import type { Activity } from "./contract/activities.ts";
import type { Notification } from "./contract/notifications.ts";
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
type Told = Pick<Notification, "kind" | "state">;
const note = (kind: Told["kind"], title = "t", state: Told["state"] = "done") => ({
  kind,
  state,
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
  [
    "one whose bottle may use no more waits, whatever else is known",
    { ...facts, heldCellId: "c" },
    { limit: "$5.01 of $5.00 are used", unseen: note("cell-done") },
    "permission",
    "Reached its limit",
  ],
  ["one whose program asks waits", facts, { unseen: note("program", "Claude asks") }, "waiting", "Claude asks"],
  [
    "one that rang waits, also while a cell holds it",
    { ...facts, heldCellId: "c" },
    { unseen: note("bell") },
    "waiting",
    "Rang",
  ],
  [
    "a cell that is done and unseen is shown until seen",
    facts,
    { unseen: note("cell-done") },
    "done-unseen",
    "Cell done",
  ],
  [
    "one that ended with an exit code is not",
    facts,
    { unseen: note("cell-done", "t", "failed") },
    "failed",
    "Cell failed",
  ],
  [
    "one that was interrupted has not failed",
    facts,
    { unseen: note("cell-error", "t", "cancelled") },
    "cancelled",
    "Cell stopped",
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
  const answered = { unseen: note("cell-done", "t", "failed") };
  expect(needsYou(terminalStatus(facts, answered), true)).toBe(false);
  expect(needsYou(terminalStatus({ ...facts, state: "failed" }, answered), true)).toBe(true);
});

test("an exit status that is not known is not made up", () => {
  expect(exitWords(null)).toBe("exit status not known");
});

const activity: Activity = {
  id: "term-00000001",
  state: "working",
  since: at,
  evidence: "run `rm -rf build`",
  brief: "run a command",
  at: "2026-01-01T12:00:05.000Z",
  source: "hook",
  guess: false,
  calls: false,
  degraded: null,
};

test.each<[string, Partial<Activity>, string, string, boolean]>([
  ["work", {}, "working", "Working", false],
  ["a guess of work", { guess: true, source: "keys" }, "working", "Looks as if it works", false],
  ["a question", { state: "permission" }, "permission", "Asks: run `rm -rf build`", true],
  [
    "what looks like a question",
    { state: "permission", guess: true },
    "permission",
    "Looks as if it asks for permission",
    true,
  ],
  ["waiting", { state: "waiting" }, "waiting", "Waiting for you", true],
  ["the end of a turn", { state: "done" }, "done", "Done", false],
  ["a failed turn", { state: "failed", evidence: "Rate limit" }, "failed", "Failed: rate limit", false],
  ["nothing known", { state: "unknown", source: "none" }, "unknown", "Unknown", false],
])("a launched program: %s", (_, change, state, words, needs) => {
  const status = terminalStatus(facts, { activity: { ...activity, ...change } });
  expect(status).toMatchObject({ state, words });
  expect(needsYou(status, false)).toBe(needs);
});

test("what is said of a launched program carries its evidence, who said it when, and what is missing", () => {
  const degraded = "Its hooks have not been heard from";
  expect(terminalStatus(facts, { activity: { ...activity, source: "screen", degraded } })).toMatchObject({
    evidence: "run `rm -rf build`",
    source: { words: "A guess from its screen", at: "2026-01-01T12:00:05.000Z" },
    note: degraded,
    time: { kind: "since", at },
  });
});

test("the end of a turn is bold until somebody has looked, and a terminal that has ended says so itself", () => {
  const done = { ...activity, state: "done" } as const;
  const unseen = { ...note("bell"), kind: "agent-done" } as const;
  expect(terminalStatus(facts, { activity: done, unseen }).state).toBe("done-unseen");
  expect(terminalStatus({ ...facts, state: "failed", exitCode: 1 }, { activity: done }).words).toBe("Failed: exit 1");
});

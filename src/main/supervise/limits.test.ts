import { expect, test } from "vitest";
import type { Proposal } from "#shared/contract/supervise.ts";
import { mostKept, superfluous, tooMuch } from "./limits.ts";

const now = Date.parse("2026-01-01T12:00:00.000Z");
const mine = "bottle-000000000001";
const minutes = (count: number) => new Date(now - count * 60_000).toISOString();
const proposals = (count: number, more: Partial<Proposal>): Proposal[] =>
  Array.from(
    { length: count },
    () => ({ bottleId: mine, state: "pending", createdAt: minutes(1), ...more }) as Proposal,
  );

test.each<[string, Proposal[], boolean]>([
  ["nothing was asked", [], true],
  ["7 wait", proposals(7, {}), true],
  ["8 wait", proposals(8, {}), false],
  ["8 wait since yesterday", proposals(8, { createdAt: minutes(1440) }), false],
  ["8 of another bottle wait", proposals(8, { bottleId: "bottle-000000000002" }), true],
  ["64 of others wait", proposals(64, { bottleId: "bottle-000000000002" }), false],
  ["29 were answered", proposals(29, { state: "approved" }), true],
  ["30 were answered", proposals(30, { state: "rejected" }), false],
  ["30 were answered an hour ago", proposals(30, { state: "rejected", createdAt: minutes(61) }), true],
])("when %s, one more may be asked: %#", (_name, all, may) => {
  expect(tooMuch(all, mine, now) === null).toBe(may);
});

test("the oldest answered ones are forgotten, and none that waits", () => {
  const waiting = proposals(3, {});
  const answered = proposals(mostKept + 2, { state: "approved" });
  expect(superfluous([...waiting, ...answered])).toEqual(answered.slice(0, 2));
});

import { describe, expect, test } from "vitest";
import type { Launch } from "#shared/contract/launches.ts";
import { type Caller, callerOf, ownerOf, reaches } from "./caller.ts";

const launch: Launch = {
  id: "launch-000000000001",
  workspaceId: "ws-00000001",
  programId: "claude",
  programName: "Claude Code",
  isolation: "none",
  folder: "",
  terminalId: "term-00000001",
  conversationId: null,
  resumedFrom: null,
  prompt: "none",
  reach: "workspace",
  drivesTerminals: false,
  createdAt: "2026-01-01T00:00:00.000Z",
};
const scoped = callerOf(launch, false, null)!;
const allowed = callerOf({ ...launch, reach: "all" }, false, null)!;
const bottleId = "bottle-000000000001";
const bottled = callerOf({ ...launch, isolation: "bubblewrap", reach: "all" }, false, bottleId)!;
const person: Caller = { kind: "person" };

test.each([
  ["its own workspace's", { workspaceId: "ws-00000001" }, [true, true, true]],
  ["another workspace's", { workspaceId: "ws-00000002" }, [false, true, true]],
  ["one of no workspace", {}, [false, true, true]],
  ["one it made", { parentId: "term-00000001" }, [true, true, true]],
  ["one it made elsewhere", { workspaceId: "ws-00000002", parentId: "term-00000001" }, [true, true, true]],
  ["one that another made", { workspaceId: "ws-00000002", parentId: "term-00000002" }, [false, true, true]],
  ["a launch's of another workspace", { workspaceId: "ws-00000002", launchId: launch.id }, [false, true, true]],
] as const)(
  "%s terminal is reached by a launch, one that is allowed all, the person: %j %j",
  (_name, owner, wanted) => {
    expect([scoped, allowed, person].map((caller) => reaches(caller, { owner }))).toEqual(wanted);
  },
);

test("what a launch makes is its workspace's and says where it comes from; a person's is nobody's", () => {
  expect(ownerOf(scoped)).toEqual({ workspaceId: "ws-00000001", parentId: "term-00000001" });
  expect(ownerOf(allowed)).toEqual(ownerOf(scoped));
  expect(ownerOf(person)).toEqual({});
});

test.each([
  ["its own", { workspaceId: "ws-00000001", launchId: launch.id, bottleId }, true],
  ["one it made", { workspaceId: "ws-00000001", parentId: "term-00000001", bottleId }, true],
  ["its workspace's outside", { workspaceId: "ws-00000001" }, false],
  ["one outside that says it made it", { parentId: "term-00000001" }, false],
  ["another bottle's of its workspace", { workspaceId: "ws-00000001", bottleId: "bottle-000000000002" }, false],
] as const)("from inside a bottle %s terminal is reached, whatever was allowed: %j %j", (_name, owner, wanted) => {
  expect(reaches(bottled, { owner })).toBe(wanted);
});

describe("a launch is a caller", () => {
  const inBottle = { ...launch, isolation: "bubblewrap" } as const;
  test.each([
    ["while its program runs", launch, false, null, true],
    ["while the terminal host cannot say", launch, null, null, true],
    ["not when it has ended", launch, true, null, false],
    ["from inside its bottle", inBottle, false, bottleId, true],
    ["not from inside its bottle when it has ended", inBottle, true, bottleId, false],
    ["not from outside its bottle", inBottle, false, null, false],
    ["not from inside a bottle when it is in none", launch, false, bottleId, false],
  ])("%s", (_name, given, ended, from, wanted) => {
    expect(callerOf(given as Launch, ended, from) !== null).toBe(wanted);
  });
});

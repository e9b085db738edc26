import { expect, test } from "vitest";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import { eventStatus, eventWords, sizeWords } from "./words.ts";

const event: GitGateEvent = {
  id: "gg-000000000001",
  bottleId: "bottle-000000000001",
  workspaceId: "ws-00000001",
  repository: "api",
  at: "2026-01-01T12:00:00.000Z",
  kind: "push",
  outcome: "passed",
  reason: "passed",
  detail: "",
  updates: [
    { ref: "refs/heads/agent/fix", action: "create", old: null, new: "a" },
    { ref: "refs/tags/v1", action: "rewrite", old: "b", new: "a" },
    { ref: "refs/heads/agent/x", action: "update", old: "b", new: "a" },
  ],
  commits: [{ id: "a", subject: "Fix" }],
  moreCommits: 0,
  files: [
    { path: "a", added: 3, removed: 1 },
    { path: "b.png", added: null, removed: null },
  ],
  moreFiles: 0,
  bytes: 1,
  count: 1,
  canApprove: false,
  waitsUntil: null,
};

test("a push is said with its branches and what became of them", () => {
  expect(eventWords(event)).toBe("Push agent/fix (new), tag v1 (rewritten), agent/x to api");
  expect(eventWords({ ...event, updates: [] })).toBe("Push to api");
  expect(eventWords({ ...event, kind: "fetch" })).toBe("Fetch api");
  expect(sizeWords(event)).toBe("1 commit, 2 files, +3 −1");
});

test("what waits, what was told to come back, and what was approved are told apart", () => {
  const status = (change: Partial<GitGateEvent>) => eventStatus({ ...event, ...change });
  expect(status({})).toMatchObject({ state: "done", words: "Passed" });
  expect(status({ outcome: "waiting", reason: "asks" })).toMatchObject({
    state: "permission",
    words: "Waiting for you",
  });
  expect(status({ outcome: "pending", reason: "asks" })).toMatchObject({
    state: "permission",
    words: "Not answered yet",
  });
  expect(status({ outcome: "approved", reason: "asks" }).state).toBe("ready");
  expect(status({ outcome: "refused", reason: "detected", detail: "Why" })).toMatchObject({
    state: "failed",
    evidence: "Why",
  });
});

import { expect, test } from "vitest";
import type { Workspace } from "#shared/contract/workspaces.ts";
import type { TerminalSummary } from "../live/index.ts";
import { elsewhere, type TreeRow, treeRows } from "./tree-model.ts";

const workspace = (id: string, name: string): Workspace => ({
  id,
  name,
  mode: "worktree",
  path: `/work/${name}`,
  source: { kind: "folder", location: `/code/${name}` },
  repository: null,
  branch: `cellar/${name}`,
  baseCommit: null,
  state: "ready",
  jobId: null,
  problem: null,
  createdAt: "2026-01-01T00:00:00.000Z",
});

const terminal = (id: string, workspaceId: string | null, more: Partial<TerminalSummary> = {}): TerminalSummary => ({
  id,
  label: id,
  workspaceId,
  programId: null,
  bottleId: null,
  alive: true,
  createdAt: "2026-01-01T00:00:00.000Z",
  resolvedAt: null,
  status: { state: "running", words: "Running" },
  unseen: false,
  needsYou: false,
  ...more,
});

const ended = (id: string, workspaceId: string, minute: number) =>
  terminal(id, workspaceId, { alive: false, resolvedAt: `2026-01-01T00:0${minute}:00.000Z` });

const ids = (rows: TreeRow[]) => rows.map(({ id }) => id);
const none = new Set<string>();

test("terminals stand under their workspace, and those of no workspace under their own heading", () => {
  const rows = treeRows({
    workspaces: [workspace("ws-1", "api"), workspace("ws-2", "web")],
    terminals: [terminal("t1", "ws-2"), terminal("t2", null), terminal("t3", "ws-1"), terminal("t4", "ws-gone")],
    folded: none,
    filter: "",
  });
  expect(ids(rows)).toEqual(["ws-1", "t3", "ws-2", "t1", elsewhere, "t2", "t4"]);
});

test("ended terminals come after those that run, the latest first, and many of them fold into one row", () => {
  const terminals = [1, 2, 3, 4, 5].map((minute) => ended(`e${minute}`, "ws-1", minute)).concat(terminal("t", "ws-1"));
  const input = { workspaces: [workspace("ws-1", "api")], terminals, filter: "" };
  expect(ids(treeRows({ ...input, folded: none }))).toEqual(["ws-1", "t", "e5", "e4", "ended:ws-1"]);
  const open = treeRows({ ...input, folded: new Set(["ended:ws-1"]) });
  expect(ids(open)).toEqual(["ws-1", "t", "e5", "e4", "e3", "e2", "e1", "ended:ws-1"]);
});

test("an ended terminal that needs somebody is never folded away", () => {
  const failed = { ...ended("bad", "ws-1", 0), needsYou: true };
  const terminals = [1, 2, 3, 4, 5].map((minute) => ended(`e${minute}`, "ws-1", minute)).concat(failed);
  expect(ids(treeRows({ workspaces: [workspace("ws-1", "api")], terminals, folded: none, filter: "" }))[1]).toBe("bad");
});

test("a search shows what matches with its workspace, also in a folded one", () => {
  const rows = treeRows({
    workspaces: [workspace("ws-1", "api"), workspace("ws-2", "web")],
    terminals: [terminal("claude", "ws-1"), terminal("bash", "ws-1"), terminal("codex", "ws-2")],
    folded: new Set(["ws-1"]),
    filter: "CLAU",
  });
  expect(ids(rows)).toEqual(["ws-1", "claude"]);
});

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";
import { ListedTerminals } from "#test/workspace-home.ts";
import type { CreateRequest } from "./create.ts";

const terminals = new ListedTerminals();
const { folder, cellar } = freshWorkspaces({ terminals });
afterEach(() => {
  vi.useRealTimers();
  terminals.open.clear();
});

const everything = () => readdirSync(cellar.folders.workspaces);

const create = (request: Partial<CreateRequest> & Pick<CreateRequest, "source">): Promise<Workspace> =>
  cellar.make({ mode: "worktree", name: "task", ...request });

async function remove(workspace: Workspace, keep: { keepBranch?: boolean; keepDirectory?: boolean } = {}) {
  const plan = await cellar.service.planDelete(workspace.id);
  const jobId = await cellar.service.delete(plan.planId, { keepBranch: false, keepDirectory: false, ...keep });
  return cellar.jobs.ended(jobId);
}

describe("the plan", () => {
  test("says what ends and what is lost", async () => {
    const source = folder.repository("repo", { "a.txt": "1\n", ".gitignore": "ignored\n" });
    const workspace = await create({ source });
    folder.write("cellar/workspaces/task/a.txt", "2\n");
    folder.commit("cellar/workspaces/task", "Only here");
    folder.commit("cellar/workspaces/task", "Also only here");
    folder.write("cellar/workspaces/task/a.txt", "3\n");
    folder.write("cellar/workspaces/task/new/file", "x");
    folder.write("cellar/workspaces/task/ignored", "x");
    terminals.open.set(workspace.id, [{ id: "term-00000001", title: "bash" }]);
    expect(await cellar.service.planDelete(workspace.id)).toEqual({
      planId: expect.stringMatching(/^plan-[0-9a-f]{32}$/),
      workspace,
      terminals: [{ id: "term-00000001", title: "bash" }],
      uncommitted: 2,
      unpushed: 2,
      branch: "cellar/task",
      directory: "removed",
      warnings: [],
    });
    folder.git("repo", "branch", "kept", "cellar/task");
    expect(await cellar.service.planDelete(workspace.id)).toMatchObject({ unpushed: 0 });
  });

  test("counts commits of a detached head, and of a clone what no remote has", async () => {
    const source = folder.repository("repo");
    const detached = await create({ source });
    folder.git("cellar/workspaces/task", "checkout", "-q", "--detach");
    folder.commit("cellar/workspaces/task", "Detached");
    expect(await cellar.service.planDelete(detached.id)).toMatchObject({ unpushed: 1 });

    folder.git(".", "clone", "-q", "--bare", source, folder.path("bare.git"));
    const clone = await create({ source: pathToFileURL(folder.path("bare.git")).href, mode: "copy", name: "clone" });
    expect(await cellar.service.planDelete(clone.id)).toMatchObject({ unpushed: 0, branch: null });
    folder.commit("cellar/workspaces/clone", "New");
    folder.write("cellar/workspaces/clone/README.md", "stashed");
    folder.git("cellar/workspaces/clone", "stash", "-q");
    expect(await cellar.service.planDelete(clone.id)).toMatchObject({
      unpushed: 1,
      warnings: ["1 stashed change is lost with it."],
    });
  });

  test("is used once, expires, and does not cover what came later", async () => {
    const workspace = await create({ source: folder.repository("repo") });
    const keep = { keepBranch: false, keepDirectory: false };
    await expect(cellar.service.delete(`plan-${"0".repeat(32)}`, keep)).rejects.toMatchObject({ code: "not_found" });

    const early = await cellar.service.planDelete(workspace.id);
    folder.write("cellar/workspaces/task/new", "written after the plan");
    await expect(cellar.service.delete(early.planId, keep)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("more would be lost"),
    });
    const second = await cellar.service.planDelete(workspace.id);
    terminals.open.set(workspace.id, [{ id: "term-00000002", title: "later" }]);
    await expect(cellar.service.delete(second.planId, keep)).rejects.toMatchObject({ code: "conflict" });
    await expect(cellar.service.delete(second.planId, keep)).rejects.toMatchObject({ code: "not_found" });

    const late = await cellar.service.planDelete(workspace.id);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 11 * 60 * 1000 });
    await expect(cellar.service.delete(late.planId, keep)).rejects.toMatchObject({ code: "not_found" });
    expect(existsSync(workspace.path)).toBe(true);
  });

  test("cannot be made while the workspace is being made", async () => {
    const workspace = await cellar.service.create({
      source: folder.repository("repo"),
      mode: "worktree",
      name: "task",
    });
    await expect(cellar.service.planDelete(workspace.id)).rejects.toMatchObject({ code: "conflict" });
    await cellar.settled(workspace);
  });
});

describe("deleting", () => {
  test("leaves no directory, entry, branch, terminal or record of a worktree", async () => {
    const source = folder.repository("repo");
    const workspace = await create({ source });
    folder.commit("cellar/workspaces/task", "Unpushed");
    folder.git("repo", "worktree", "lock", workspace.path);
    terminals.open.set(workspace.id, [{ id: "term-00000001", title: "bash" }]);
    const before = folder.git("repo", "config", "--list", "--local");
    const job = await remove(workspace);
    expect(job).toMatchObject({
      state: "done",
      cancellable: false,
      steps: Array(5).fill(expect.objectContaining({ state: "done" })),
    });
    expect(terminals.open.size).toBe(0);
    expect(everything()).toEqual([]);
    expect(folder.worktrees("repo")).toBe(1);
    expect(folder.branches("repo")).toEqual(["main"]);
    expect(folder.git("repo", "config", "--list", "--local")).toBe(before);
    expect(cellar.service.list()).toEqual([]);
    await cellar.close();
    await cellar.start({});
    expect(cellar.service.list()).toEqual([]);
  });

  test("keeps the branch, or the directory with its branch, when asked to", async () => {
    const source = folder.repository("repo");
    await remove(await create({ source, name: "one" }), { keepBranch: true });
    expect(folder.branches("repo")).toEqual(["cellar/one", "main"]);
    expect(everything()).toEqual([]);
    await remove(await create({ source, name: "two" }), { keepDirectory: true });
    expect(everything()).toEqual(["two"]);
    expect(folder.git("cellar/workspaces/two", "rev-parse", "--abbrev-ref", "HEAD")).toBe("cellar/two");
    expect(cellar.service.list()).toEqual([]);
  });

  test("never touches a folder in place, nor anything of its repository", async () => {
    const source = folder.repository("repo");
    folder.write("repo/new", "x");
    const workspace = await create({ source, mode: "in-place" });
    const plan = await cellar.service.planDelete(workspace.id);
    expect(plan).toMatchObject({ directory: "kept", uncommitted: 0, unpushed: 0, branch: null });
    expect(await remove(workspace)).toMatchObject({ state: "done" });
    expect(readdirSync(source).sort()).toEqual([".git", "README.md", "new"]);
    expect(folder.branches("repo")).toEqual(["main"]);
  });

  test("does not follow links out of the directory", async () => {
    const treasure = folder.write("treasure/keep", "x");
    const workspace = await create({ source: folder.repository("repo") });
    symlinkSync(folder.path("treasure"), join(workspace.path, "link"));
    mkdirSync(join(workspace.path, "sub"));
    symlinkSync(treasure, join(workspace.path, "sub/file"));
    await remove(workspace);
    expect(readFileSync(treasure, "utf8")).toBe("x");
    expect(everything()).toEqual([]);
  });

  test.each<[string, (path: string) => void]>([
    ["a link to a folder in place", (path) => symlinkSync(folder.repository("mine"), path)],
    ["another directory", (path) => renameSync(folder.repository("mine"), path)],
    ["a new directory", (path) => mkdirSync(path)],
    ["a file", (path) => writeFileSync(path, "mine")],
  ])("leaves %s alone that has taken the place of the directory", async (_what, put) => {
    const workspace = await create({ source: folder.repository("repo") });
    renameSync(workspace.path, folder.path("moved"));
    put(workspace.path);
    const job = await remove(workspace);
    expect(job).toMatchObject({
      state: "failed",
      problem: { code: "refused", message: expect.stringContaining("is not the directory that Cellar made there") },
    });
    expect(existsSync(workspace.path)).toBe(true);
    expect(existsSync(folder.path("moved/README.md"))).toBe(true);
    expect(await cellar.service.get(workspace.id)).toMatchObject({ state: "failed", problem: { code: "refused" } });
    // The person can still be rid of the record.
    expect(await remove(workspace, { keepDirectory: true })).toMatchObject({ state: "done" });
    expect(cellar.service.list()).toEqual([]);
  });

  test("removes what has no right to be written, as Go's module cache", async () => {
    const workspace = await create({ source: folder.repository("repo") });
    folder.write("cellar/workspaces/task/cache/mod/file", "x");
    chmodSync(join(workspace.path, "cache/mod/file"), 0o444);
    chmodSync(join(workspace.path, "cache/mod"), 0o555);
    chmodSync(join(workspace.path, "cache"), 0o000);
    expect(await remove(workspace)).toMatchObject({ state: "done" });
    expect(everything()).toEqual([]);
  });

  test("works when the directory, or the whole repository, is gone already", async () => {
    const gone = await create({ source: folder.repository("repo") });
    execFileSync("rm", ["-rf", gone.path]);
    expect(await cellar.service.get(gone.id)).toMatchObject({ state: "missing" });
    expect(await remove(gone)).toMatchObject({ state: "done" });
    expect(folder.worktrees("repo")).toBe(1);
    expect(folder.branches("repo")).toEqual(["main"]);
    const orphan = await create({ source: folder.path("repo"), name: "orphan" });
    execFileSync("rm", ["-rf", folder.path("repo")]);
    const plan = await cellar.service.planDelete(orphan.id);
    expect(plan.warnings).toEqual([expect.stringContaining("git cannot look at it any more")]);
    expect(await remove(orphan)).toMatchObject({ state: "done" });
    expect(everything()).toEqual([]);
  });

  test("leaves worktree entries of others alone, also when their directory is away for now", async () => {
    const source = folder.repository("repo");
    folder.git("repo", "worktree", "add", "-q", folder.path("on-a-stick"));
    renameSync(folder.path("on-a-stick"), folder.path("unplugged"));
    await remove(await create({ source }));
    expect(folder.worktrees("repo")).toBe(2);
    expect(folder.branches("repo")).toEqual(["main", "on-a-stick"]);
  });

  test("stops before anything is removed when the terminals cannot be ended, and goes on at the next start", async () => {
    const source = folder.repository("repo");
    const workspace = await create({ source });
    terminals.removeAll = async () => {
      throw new Error("the terminal host is out of reach");
    };
    expect(await remove(workspace)).toMatchObject({
      state: "failed",
      problem: { message: "the terminal host is out of reach" },
    });
    expect(existsSync(workspace.path)).toBe(true);
    await cellar.close();
    await cellar.start({ terminals: new ListedTerminals() });
    const again = cellar.service.list()[0];
    if (again !== undefined) await cellar.settled(again);
    expect(cellar.service.list()).toEqual([]);
    expect(everything()).toEqual([]);
    expect(folder.branches("repo")).toEqual(["main"]);
  });
});

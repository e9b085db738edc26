/** Workspaces that are worktrees: where they are, on which branch, and that nothing stays of what fails. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";

const { folder, cellar } = freshWorkspaces();

const directories = () => readdirSync(cellar.folders.workspaces).filter((name) => !name.startsWith("."));

describe("as a worktree", () => {
  test("has a branch of its own below cellar/, in Cellar's folder", async () => {
    const source = folder.repository("repo", { "a.txt": "one\n", "sub/b.txt": "two\n" });
    const head = folder.git("repo", "rev-parse", "HEAD");
    const workspace = await cellar.make({ source, mode: "worktree", name: "task" });
    expect(workspace).toMatchObject({
      state: "ready",
      path: join(cellar.folders.workspaces, "task"),
      repository: source,
      branch: "cellar/task",
      baseCommit: head,
    });
    expect(readFileSync(join(workspace.path, "sub/b.txt"), "utf8")).toBe("two\n");
    expect(folder.git("cellar/workspaces/task", "status", "--porcelain=v2", "--branch")).toContain(
      "# branch.head cellar/task",
    );
    expect(folder.git("repo", "rev-parse", "--abbrev-ref", "HEAD")).toBe("main");
  });

  test("starts where it was asked to, on the branch it was asked for", async () => {
    const source = folder.repository("repo", { a: "1" });
    const first = folder.git("repo", "rev-parse", "HEAD");
    folder.write("repo/a", "2");
    folder.commit("repo", "Second");
    const workspace = await cellar.make({
      source,
      mode: "worktree",
      name: "task",
      branch: "fix/it",
      startPoint: "HEAD~1",
    });
    expect(workspace).toMatchObject({ branch: "fix/it", baseCommit: first });
    expect(readFileSync(join(workspace.path, "a"), "utf8")).toBe("1");
  });

  test("works from a bare repository, a detached head, a folder inside, and another worktree", async () => {
    const source = folder.repository("repo", { "deep/x": "1" });
    folder.git(".", "clone", "-q", "--bare", source, folder.path("bare.git"));
    await cellar.make({ source: folder.path("bare.git"), mode: "worktree", name: "of-bare" });
    folder.git("repo", "checkout", "-q", "--detach");
    await cellar.make({ source: `${source}/deep`, mode: "worktree", name: "of-deep" });
    const nested = await cellar.make({
      source: join(cellar.folders.workspaces, "of-deep"),
      mode: "worktree",
      name: "of-worktree",
    });
    expect(readFileSync(join(nested.path, "deep/x"), "utf8")).toBe("1");
    expect(folder.branches("repo")).toEqual([
      "(HEAD detached at ".concat(folder.git("repo", "rev-parse", "--short", "HEAD"), ")"),
      "cellar/of-deep",
      "cellar/of-worktree",
      "main",
    ]);
  });

  test("takes another branch name when its own is taken, but never the one that was asked for", async () => {
    const source = folder.repository("repo");
    folder.git("repo", "branch", "cellar/task");
    expect(await cellar.make({ source, mode: "worktree", name: "task" })).toMatchObject({ branch: "cellar/task-2" });
    await expect(
      cellar.service.create({ source, mode: "worktree", name: "other", branch: "main" }),
    ).rejects.toMatchObject({
      code: "conflict",
      message: "The repository already has a branch 'main'",
    });
  });

  test.each([
    [{ branch: "a..b" }, "'a..b' cannot be the name of a branch"],
    [{ branch: "-d" }, "'-d' cannot be the name of a branch"],
    [{ startPoint: "nowhere" }, "The repository has no commit 'nowhere'"],
    [{ startPoint: "--help" }, "The repository has no commit '--help'"],
  ])("%j is refused before anything is made", async (more, message) => {
    const source = folder.repository("repo");
    await expect(cellar.service.create({ source, mode: "worktree", name: "task", ...more })).rejects.toMatchObject({
      code: "invalid_input",
      message,
    });
    expect(cellar.service.list()).toEqual([]);
    expect(folder.branches("repo")).toEqual(["main"]);
  });

  test("that fails half way leaves no directory, entry or branch, and says why", async () => {
    const source = folder.repository("repo", { "x/file": "1" });
    // The blob is gone: the branch and the entry can be made, the files cannot.
    const blob = folder.git("repo", "rev-parse", "HEAD:x/file");
    const object = join(source, ".git/objects", blob.slice(0, 2), blob.slice(2));
    chmodSync(object, 0o644);
    writeFileSync(object, "broken");
    const { job, workspace } = await cellar.settled(
      await cellar.service.create({ source, mode: "worktree", name: "task" }),
    );
    expect(job).toMatchObject({
      state: "failed",
      problem: { code: "failed", message: expect.stringContaining("git checkout failed") },
    });
    expect(job.steps.map(({ state }) => state)).toEqual(["done", "failed"]);
    expect(workspace).toMatchObject({ state: "failed", problem: { code: "failed" } });
    expect(directories()).toEqual([]);
    expect(folder.worktrees("repo")).toBe(1);
    expect(folder.branches("repo")).toEqual(["main"]);
    // Its name is free for the next try.
    await cellar.make({ source: folder.repository("good"), mode: "worktree", name: "task" });
    expect(cellar.service.list()).toHaveLength(1);
  });

  test("can be one of many made at the same time", async () => {
    const source = folder.repository("repo");
    const names = Array.from({ length: 8 }, (_, index) => `task-${index}`);
    await Promise.all(names.map((name) => cellar.make({ source, mode: "worktree", name })));
    expect(directories().sort()).toEqual(names);
  });
});

/** Making a workspace: in place, and what is refused before anything is made. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";

const { folder, cellar } = freshWorkspaces();

const directories = () => readdirSync(cellar.folders.workspaces).filter((name) => !name.startsWith("."));

describe("in place", () => {
  test("registers the folder and makes nothing", async () => {
    const source = folder.repository("repo");
    const head = folder.git("repo", "rev-parse", "HEAD");
    const workspace = await cellar.service.create({ source, mode: "in-place", name: "repo" });
    expect(workspace).toMatchObject({
      state: "ready",
      jobId: null,
      path: source,
      repository: source,
      branch: "main",
      baseCommit: head,
      source: { kind: "folder", location: source },
    });
    expect(directories()).toEqual([]);
    expect(folder.git("repo", "status", "--porcelain")).toBe("");
  });

  test("is there again after a restart, and renamed", async () => {
    const source = folder.repository("repo");
    const { id } = await cellar.service.create({ source, mode: "in-place", name: "repo" });
    cellar.service.rename(id, "other");
    await cellar.close();
    await cellar.start();
    expect(await cellar.service.get(id)).toMatchObject({ name: "other", path: source, state: "ready" });
  });
});

describe("a request that cannot be met", () => {
  test.each([
    ["Bad Name", "invalid_input", "invalid name 'Bad Name'. Names must be"],
    ["x".repeat(31), "invalid_input", "(31 chars, max 30)"],
    ["taken", "conflict", "There is already a workspace 'taken'"],
  ])("the name %s is refused", async (name, code, message) => {
    const source = folder.repository("repo");
    await cellar.service.create({ source, mode: "in-place", name: "taken" });
    await expect(cellar.service.create({ source, mode: "worktree", name })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test("a mode that does not work there is refused with the reason that inspection gave", async () => {
    folder.write("plain/a", "1");
    await expect(
      cellar.service.create({ source: folder.path("plain"), mode: "worktree", name: "x" }),
    ).rejects.toMatchObject({
      code: "conflict",
      message: "This is not a git repository.",
    });
    await expect(
      cellar.service.create({ source: "https://example.invalid/x", mode: "in-place", name: "x" }),
    ).rejects.toMatchObject({
      code: "conflict",
    });
    expect(cellar.service.list()).toEqual([]);
  });

  test("two at once with one name: one is made, the other told", async () => {
    const source = folder.repository("repo");
    const both = await Promise.allSettled(
      [1, 2].map(() => cellar.service.create({ source, mode: "worktree", name: "same" })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const one of both) if (one.status === "fulfilled") await cellar.settled(one.value);
    expect(directories()).toEqual(["same"]);
    expect(folder.worktrees("repo")).toBe(2);
  });

  test("what lies in the workspaces folder already is never written into", async () => {
    mkdirSync(join(cellar.folders.workspaces, "task"));
    writeFileSync(join(cellar.folders.workspaces, "task/mine"), "x");
    const workspace = await cellar.make({ source: folder.repository("repo"), mode: "worktree", name: "task" });
    expect(workspace.path).toBe(join(cellar.folders.workspaces, "task-2"));
    expect(readdirSync(join(cellar.folders.workspaces, "task"))).toEqual(["mine"]);
  });
});

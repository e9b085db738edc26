/** Cellar is killed while it makes or deletes a workspace, before every second change of its database; the next start leaves nothing half done. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { startWorkspaces, TestFolder, type WorkspacesUnderTest } from "#test/workspace-home.ts";

let folder: TestFolder;
let cellar: WorkspacesUnderTest;
let source: string;

beforeEach(async () => {
  folder = new TestFolder();
  source = folder.repository("repo", { "a.txt": "1\n", "deep/b.txt": "2\n" });
  cellar = await startWorkspaces(folder.root);
});
afterEach(async () => {
  await cellar.close();
  folder.remove();
});

/** Whether it was killed (and not finished before the n-th change). */
async function killedAt(n: number, ...what: string[]): Promise<boolean> {
  await cellar.close();
  const script = join(import.meta.dirname, "../../fixtures/crash.ts");
  const child = spawn(process.execPath, [script, folder.root, String(n), ...what], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once("exit", (...how) => resolve(how)),
  );
  expect([0, null]).toContain(code);
  cellar = await startWorkspaces(folder.root);
  for (const { id } of cellar.jobs.jobs()) await cellar.jobs.ended(id);
  return signal === "SIGKILL";
}

async function remove(workspace: Workspace): Promise<void> {
  const { planId } = await cellar.service.planDelete(workspace.id);
  const jobId = await cellar.service.delete(planId, { keepBranch: false, keepDirectory: false });
  expect(await cellar.jobs.ended(jobId)).toMatchObject({ state: "done" });
}

function expectNothingLeft(): void {
  expect(cellar.service.list()).toEqual([]);
  expect(cellar.jobs.jobs().filter(({ endedAt }) => endedAt === null)).toEqual([]);
  expect(readdirSync(cellar.folders.workspaces)).toEqual([]);
  expect(folder.worktrees("repo")).toBe(1);
  expect(folder.branches("repo")).toEqual(["main"]);
}

test("while deleting: it is finished, or had not begun and everything is whole", async () => {
  const outcomes = new Set<string>();
  for (let n = 1, killed = true; killed; n += 2) {
    const started = await cellar.service.create({ source, mode: "worktree", name: "task" });
    const { workspace } = await cellar.settled(started);
    killed = await killedAt(n, "delete", workspace!.id);
    for (const left of cellar.service.list()) {
      expect(left.state).toBe("ready");
      expect(folder.git("cellar/workspaces/task", "status", "--porcelain")).toBe("");
      await remove(left);
      outcomes.add("whole");
    }
    if (killed && cellar.jobs.jobs().some(({ line }) => line.startsWith("Resumed"))) outcomes.add("resumed");
    expectNothingLeft();
  }
  expect([...outcomes].sort()).toEqual(["resumed", "whole"]);
});

test("while making: it is undone and told, or had been made", async () => {
  const outcomes = new Set<string>();
  for (let n = 1, killed = true; killed; n += 2) {
    killed = await killedAt(n, "create", source, "task");
    for (const left of cellar.service.list()) {
      outcomes.add(left.state);
      if (left.state === "ready") expect(folder.git("cellar/workspaces/task", "status", "--porcelain")).toBe("");
      else
        expect(left).toMatchObject({
          state: "failed",
          problem: { message: "Cellar ended while this workspace was being made" },
        });
      await remove(left);
    }
    expectNothingLeft();
  }
  expect([...outcomes].sort()).toEqual(["failed", "ready"]);
});

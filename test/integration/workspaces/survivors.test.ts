/** The whole product: a workspace's terminals, and whatever was started in them, are gone when it is deleted. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import { eventually, processesMarked } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";

/** Leaves its session, its parents and its terminal behind, and does not listen when it is asked to end. */
const stubborn = `trap "" TERM HUP INT; echo $$ >> pids; while :; do sleep 0.1; done`;

test("deleting a worktree leaves no process of its terminals, no entry, no branch, no file, within 2 s", async () => {
  await using product = await Product.start();
  const repository = product.folder.in("repo");
  mkdirSync(repository);
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { encoding: "utf8" });
  git("init", "-q", "-b", "main");
  writeFileSync(join(repository, "a.txt"), "1\n");
  git("add", "-A");
  git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "First");

  const { id, path } = await readyWorkspace(product, repository, "task", "worktree");
  expect(path).toBe(join(realpathSync(product.home), "workspaces/task"));
  const terminals = await Promise.all(
    ["wait", "exec sleep 1000"].map((after) =>
      call(product, "terminals.create", {
        command: `(${stubborn}) & setsid sh -c '${stubborn}' & setsid -f sh -c 'cd / ; ${stubborn.replace("pids", `"${path}/pids"`)}'; ${after}`,
        owner: { workspaceId: id },
      }),
    ),
  );
  const processes = () => terminals.flatMap((terminal) => processesMarked(`CELLAR_TERMINAL_ID=${terminal.id}`));
  await eventually(processes, (found) => found.length >= 8);

  const plan = await call(product, "workspaces.planDelete", { id });
  expect(plan.terminals.map((terminal) => terminal.id).sort()).toEqual(terminals.map((terminal) => terminal.id).sort());
  const started = performance.now();
  const { jobId } = await call(product, "workspaces.delete", { planId: plan.planId });
  const job = await eventually(
    () => call(product, "jobs.get", { id: jobId }),
    ({ endedAt }) => endedAt !== null,
  );
  expect(job).toMatchObject({ state: "done", problem: null });
  expect(processes()).toEqual([]);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(join(product.home, "workspaces"))).toEqual([]);
  expect(git("worktree", "list", "--porcelain").match(/^worktree /gm)).toHaveLength(1);
  expect(git("branch", "--format=%(refname:short)").trim()).toBe("main");
  expect(await call(product, "terminals.list", { workspaceId: id })).toEqual([]);
});

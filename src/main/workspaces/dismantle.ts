/**
 * Takes away what Cellar made for a workspace: directory, worktree entry, branch. The one path for a deletion, for the undoing of one that could not be
 * made, and for what a crash left half done; every step may have happened already.
 */
import { access } from "node:fs/promises";
import type { Git } from "#node/git/index.ts";
import type { RunningJob } from "../jobs/index.ts";
import type { WorkspaceRecord } from "./record.ts";
import { removeDirectory } from "./remove-directory.ts";
import { openGitDir, removeBranch, removeWorktreeEntry } from "./worktree.ts";

export const dismantleSteps = ["Remove directory", "Remove worktree entry", "Remove branch"] as const;

/** `keepDirectory` keeps the entry and the branch too: they belong to it. */
export async function dismantle(
  git: Git,
  { made }: WorkspaceRecord,
  keep: { keepBranch: boolean; keepDirectory: boolean },
  job: Pick<RunningJob, "step" | "skip">,
): Promise<void> {
  const [removeTheDirectory, removeTheEntry, removeTheBranch] = dismantleSteps;
  const { directory, gitDir, branch } = made;
  if (directory === null || keep.keepDirectory) {
    const why = directory === null ? "Cellar made none" : "it is kept";
    for (const name of dismantleSteps) job.skip(name, why);
    return;
  }
  await job.step(removeTheDirectory, () => removeDirectory(directory, made.identity));
  if (gitDir === null) {
    for (const name of [removeTheEntry, removeTheBranch]) job.skip(name, "there is none");
    return;
  }
  if (!(await exists(gitDir))) {
    for (const name of [removeTheEntry, removeTheBranch]) job.skip(name, "the repository is gone");
    return;
  }
  const repository = openGitDir(git, gitDir);
  await job.step(removeTheEntry, () => removeWorktreeEntry(repository, directory));
  if (branch === null) job.skip(removeTheBranch, "Cellar made none");
  else if (keep.keepBranch) job.skip(removeTheBranch, "it is kept");
  else await job.step(removeTheBranch, () => removeBranch(repository, branch));
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

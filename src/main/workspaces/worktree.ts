/** A git worktree on a branch of its own: made, filled, and taken away again with its entry and branch. */

import { sep } from "node:path";
import type { Git, Repository } from "#node/git/index.ts";
import { exitFailure } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";
import type { RunningJob } from "../jobs/index.ts";

/** A repository by its own folder: what is done to entries and branches needs no working tree. */
export function openGitDir(git: Git, gitDir: string): Repository {
  return git.open(gitDir, gitDir);
}

/** Throws `invalid_input` or `conflict` when a new branch cannot have this name. */
export async function checkNewBranch(repository: Repository, branch: string): Promise<void> {
  if (branch.startsWith("-") || (await repository.text(["check-ref-format", `refs/heads/${branch}`])) === null) {
    throw new Failure("invalid_input", `'${branch}' cannot be the name of a branch`);
  }
  if ((await repository.text(["rev-parse", "--quiet", "--verify", `refs/heads/${branch}`])) !== null) {
    throw new Failure("conflict", `The repository already has a branch '${branch}'`, {
      hint: "Choose another name for the new branch.",
    });
  }
}

/** `wanted`, or `wanted-2`, `wanted-3`, …: the first that is free. */
export async function freeBranch(repository: Repository, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const branch = number === 1 ? wanted : `${wanted}-${number}`;
    if ((await repository.text(["rev-parse", "--quiet", "--verify", `refs/heads/${branch}`])) === null) return branch;
  }
}

/** The commit that a branch, tag or hash means. */
export async function commitOf(repository: Repository, startPoint: string): Promise<string> {
  const commit = await repository.text([
    "rev-parse",
    "--quiet",
    "--verify",
    "--end-of-options",
    `${startPoint}^{commit}`,
  ]);
  if (commit === null) {
    throw new Failure("invalid_input", `The repository has no commit '${startPoint}'`, {
      hint: "Give a branch, a tag or a commit.",
    });
  }
  return commit;
}

export type NewWorktree = { directory: string; branch: string; commit: string };

/** Makes the entry, the branch and an empty directory. The files come with {@link fillWorktree}. */
export async function addWorktree(
  repository: Repository,
  { directory, branch, commit }: NewWorktree,
  job: Pick<RunningJob, "id" | "signal">,
): Promise<void> {
  await repository.run(["worktree", "add", "--no-checkout", "--no-track", "-b", branch, "--", directory, commit], {
    signal: job.signal,
    owner: job.id,
  });
}

/**
 * Checks out HEAD in a directory that has a `.git` and nothing else. A step of its own, because a repository's configuration can depend on the
 * working tree it is read in (`includeIf`): what has to be switched off is listed there, before any file is written.
 */
export async function fillWorktree(git: Git, directory: string, job: RunningJob): Promise<void> {
  const ended = await git
    .open(directory)
    .try(["checkout", "--force", "--progress", "--no-recurse-submodules", "HEAD", "--"], {
      signal: job.signal,
      owner: job.id,
      timeoutMs: "none",
      onLine: (line) => {
        const percent = /^Updating files:\s+(\d+)%/.exec(line)?.[1];
        if (percent !== undefined) job.progress(Number(percent), 100, "percent");
        else job.log(line);
      },
    });
  if (ended.exitCode !== 0) throw exitFailure(ended, "git checkout");
}

/** Removes the entry of a worktree whose directory is gone (or goes with it); true when there was one. Other entries are not touched. */
export async function removeWorktreeEntry(repository: Repository, directory: string): Promise<boolean> {
  const listed = await repository.run(["worktree", "list", "--porcelain"]);
  // git writes paths with slashes on Windows too.
  const line = `worktree ${directory.replaceAll(sep, "/")}`;
  if (!listed.stdout.toString().split("\n").includes(line)) return false;
  // Twice: also when somebody locked it.
  await repository.run(["worktree", "remove", "--force", "--force", "--", directory]);
  return true;
}

/** Removes a branch with its configuration; true when there was one. A branch that is checked out somewhere else is a `conflict`. */
export async function removeBranch(repository: Repository, branch: string): Promise<boolean> {
  if ((await repository.text(["rev-parse", "--quiet", "--verify", `refs/heads/${branch}`])) === null) return false;
  const ended = await repository.try(["branch", "--delete", "--force", "--", branch]);
  if (ended.exitCode === 0) return true;
  if (/checked out at|used by worktree/.test(ended.stderr)) {
    throw new Failure("conflict", `The branch '${branch}' is checked out in another working tree`, {
      hint: "Switch that one to another branch, or keep the branch.",
    });
  }
  throw exitFailure(ended, "git branch");
}

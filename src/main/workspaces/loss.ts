/** What would be lost with a workspace's directory: work that is nowhere else. */
import type { Git } from "#node/git/index.ts";
import { countDirty } from "./git-facts.ts";
import type { WorkspaceRecord } from "./record.ts";

export type Loss = { uncommitted: number; unpushed: number; warnings: string[] };

export async function lossOf(git: Git, { workspace, made }: WorkspaceRecord, signal?: AbortSignal): Promise<Loss> {
  const loss: Loss = { uncommitted: 0, unpushed: 0, warnings: [] };
  if (made.directory === null || workspace.state === "missing") return loss;
  const repository = git.open(made.directory);
  const inside = await repository.try(["rev-parse", "--is-inside-work-tree"], { signal }).catch(() => null);
  if (inside?.exitCode !== 0) {
    if (workspace.repository !== null) {
      loss.warnings.push("git cannot look at it any more, so uncommitted and unpushed work could not be counted.");
    } else if (workspace.state !== "failed") {
      loss.warnings.push("It is not a git repository: everything that was changed in it is lost with it.");
    }
    return loss;
  }
  loss.uncommitted = await countDirty(repository, signal, "all");
  const revisions = made.branch === null ? ownRepository(workspace.baseCommit) : ownBranch(made.branch);
  const counted = await repository.text(["rev-list", "--count", "--ignore-missing", ...revisions], { signal });
  if (counted === null && (await repository.text(["rev-parse", "--verify", "--quiet", "HEAD"])) !== null) {
    loss.warnings.push("Commits that are nowhere else could not be counted.");
  }
  loss.unpushed = Number(counted ?? 0);
  const stashes =
    made.branch === null
      ? await repository.text(["rev-list", "--walk-reflogs", "--count", "refs/stash", "--"], { signal })
      : null;
  if (Number(stashes ?? 0) > 0)
    loss.warnings.push(`${stashes} stashed ${stashes === "1" ? "change is" : "changes are"} lost with it.`);
  return loss;
}

/** A worktree's branch goes, and what a detached HEAD holds; the repository and its other branches stay. */
function ownBranch(branch: string): string[] {
  return ["HEAD", `refs/heads/${branch}`, "--not", `--exclude=${branch}`, "--branches", "--remotes", "--tags"];
}

/** The whole repository goes: what its remotes had, and what it was made from, is elsewhere. */
function ownRepository(base: string | null): string[] {
  return ["HEAD", "--branches", "--tags", "--not", "--remotes", ...(base === null ? [] : [base])];
}

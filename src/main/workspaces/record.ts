/** What is kept about a workspace: what the contract shows, and what only its maker needs to know to undo it. */
import { randomBytes } from "node:crypto";
import type { Workspace } from "#shared/contract/workspaces.ts";

export type WorkspaceRecord = {
  workspace: Workspace;
  /** What Cellar made for it and may therefore remove again; all null for a folder in place. */
  made: {
    directory: string | null;
    /** {@link directoryIdentity} of it, once it is complete: only this very directory is ever removed. */
    identity: string | null;
    /** Git directory of the repository that has the worktree entry and the branch. */
    gitDir: string | null;
    branch: string | null;
  };
  /** A tombstone: what is being deleted stays until it is verified gone, over any number of restarts. */
  deleting: { keepBranch: boolean; keepDirectory: boolean } | null;
};

/** Of a workspace in place, and of one of which nothing is left. */
export const nothingMade: WorkspaceRecord["made"] = { directory: null, identity: null, gitDir: null, branch: null };

export type WorkspaceRepository = {
  all(): WorkspaceRecord[];
  put(record: WorkspaceRecord): void;
  remove(id: string): void;
};

/** Of a workspace that is about to be made in a directory of its own. */
export function newWorkspaceRecord(
  facts: Pick<Workspace, "name" | "mode" | "source">,
  directory: string,
): WorkspaceRecord {
  return {
    workspace: {
      ...facts,
      id: `ws-${randomBytes(4).toString("hex")}`,
      path: directory,
      repository: null,
      branch: null,
      baseCommit: null,
      state: "creating",
      jobId: null,
      problem: null,
      createdAt: new Date().toISOString(),
    },
    made: { ...nothingMade, directory },
    deleting: null,
  };
}

/** What is kept about a workspace: what the contract shows, and what only its maker needs to know to undo it. */
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

export type WorkspaceRepository = {
  all(): WorkspaceRecord[];
  put(record: WorkspaceRecord): void;
  remove(id: string): void;
};

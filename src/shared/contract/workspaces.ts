/** Workspaces on this computer: a directory in place, a git worktree on a branch of its own, or a copy. */
import { z } from "zod";
import {
  absolutePath,
  done,
  jobId,
  liveList,
  planId,
  problem,
  procedure,
  terminalId,
  timestamp,
  workspaceId,
} from "./base.ts";

/**
 * Lower-case letters and digits with `-` or `_` between them, never `--`, at most 30 characters (features AW-25).
 * `#shared/workspaces/name.ts` says the same in sentences.
 */
export const workspaceName = z
  .string()
  .max(30)
  .regex(/^[a-z0-9](?:[a-z0-9_]|-(?!-))*$/)
  .regex(/[a-z0-9]$/);

export const workspaceMode = z.enum(["in-place", "worktree", "copy"]);
export type WorkspaceMode = z.infer<typeof workspaceMode>;

export const workspace = z.strictObject({
  id: workspaceId,
  name: workspaceName,
  mode: workspaceMode,
  /** Where the work happens. */
  path: z.string(),
  /** What it was made from: a folder's path, a git URL (without credentials), or the name of an upload. */
  source: z.strictObject({ kind: z.enum(["folder", "url", "upload"]), location: z.string() }),
  /** Top of the repository when there is one. */
  repository: z.string().nullable(),
  /** Branch at creation (worktree: the new branch). Null when detached or not git. */
  branch: z.string().nullable(),
  /** Commit the work started from; diffs are against it. */
  baseCommit: z.string().nullable(),
  /** `missing`: the directory is gone though nobody deleted the workspace. */
  state: z.enum(["creating", "ready", "failed", "deleting", "missing"]),
  jobId: jobId.nullable(),
  problem: problem.nullable(),
  createdAt: timestamp,
});
export type Workspace = z.infer<typeof workspace>;

/** A folder path, a `file:` URL as file managers drop it, or a git URL (`https:`, `ssh:`, `git@host:path`). */
export const sourceText = z.string().trim().min(1).max(4096);

/** What was found at a source before anything is made. Nothing is changed by looking. */
export const inspection = z.strictObject({
  kind: z.enum(["folder", "url"]),
  /** Resolved path, or the URL without credentials. */
  location: z.string(),
  suggestedName: workspaceName,
  /** Modes that work here, best first. */
  modes: z.array(workspaceMode),
  /** Why a mode does not work here. */
  unavailable: z.array(z.strictObject({ mode: workspaceMode, reason: z.string() })),
  git: z
    .strictObject({
      top: z.string(),
      /** The folder given, relative to `top`; empty when it is the top. */
      subfolder: z.string(),
      branch: z.string().nullable(),
      detached: z.boolean(),
      head: z.string().nullable(),
      commits: z.boolean(),
      bare: z.boolean(),
      submodules: z.boolean(),
      dirtyFiles: z.int(),
      branches: z.array(z.string()),
    })
    .nullable(),
  /** Bytes and files that a copy would hold; null when not counted (URL, or counting took too long). */
  size: z.strictObject({ bytes: z.number(), files: z.int() }).nullable(),
  /** Things worth knowing that do not stop anything. */
  warnings: z.array(z.string()),
  /** The folder is already (in) this workspace. */
  existing: workspaceId.nullable(),
});
export type Inspection = z.infer<typeof inspection>;

export const changedFile = z.strictObject({
  path: z.string(),
  previousPath: z.string().nullable(),
  status: z.enum(["added", "modified", "deleted", "renamed", "untracked", "conflicted", "type-changed"]),
  /** Null for a binary file. */
  added: z.int().nullable(),
  removed: z.int().nullable(),
});
export type ChangedFile = z.infer<typeof changedFile>;

export const workspaceDetails = z.strictObject({
  id: workspaceId,
  branch: z.string().nullable(),
  detached: z.boolean(),
  head: z.string().nullable(),
  /** Against the upstream branch; null without one. */
  upstream: z.strictObject({ name: z.string(), ahead: z.int(), behind: z.int() }).nullable(),
  /** Commits since `baseCommit`. */
  commits: z.array(z.strictObject({ hash: z.string(), subject: z.string(), author: z.string(), at: timestamp })),
  /** Everything that differs from `baseCommit`, committed or not. At most 5 000 files. */
  changed: z.array(changedFile),
  changedTotal: z.int(),
  size: z.strictObject({ bytes: z.number(), files: z.int() }).nullable(),
});
export type WorkspaceDetails = z.infer<typeof workspaceDetails>;

/** What deleting would end and lose; nothing happens until it is approved by its id. */
export const deletePlan = z.strictObject({
  planId,
  workspace,
  /** Terminals still running in it. */
  terminals: z.array(z.strictObject({ id: terminalId, title: z.string() })),
  /** Number of files with uncommitted changes (0 when not git or in place). */
  uncommitted: z.int(),
  /** Commits that no remote and no other local branch has. */
  unpushed: z.int(),
  branch: z.string().nullable(),
  /** What happens to the directory: an in-place folder is never removed. */
  directory: z.enum(["kept", "removed"]),
  warnings: z.array(z.string()),
});
export type DeletePlan = z.infer<typeof deletePlan>;

const byId = z.strictObject({ id: workspaceId });

export const workspaces = {
  watch: procedure.input(z.strictObject({})).output(liveList(workspace)),
  get: procedure.input(byId).output(workspace),
  inspect: procedure.input(z.strictObject({ source: sourceText })).output(inspection),
  /** Directories below a path that is being typed, for completion. At most 50. */
  complete: procedure
    .input(z.strictObject({ prefix: z.string().max(4096) }))
    .output(z.array(z.strictObject({ path: z.string(), git: z.boolean() }))),
  /** Answers at once with the record in `creating`; its job tells the rest. */
  create: procedure
    .input(
      z.strictObject({
        source: sourceText,
        mode: workspaceMode,
        name: workspaceName,
        /** New branch of a worktree; default `cellar/<name>`. For a clone or copy: the branch to check out. */
        branch: z.string().min(1).max(200).optional(),
        /** Commit or branch that a worktree starts from; default HEAD. */
        startPoint: z.string().min(1).max(200).optional(),
      }),
    )
    .output(workspace),
  /**
   * Starts the upload of dropped directory contents, for a window that has no paths (browser mode). Files then go one by one as
   * `PUT /upload/<uploadId>?path=<relative path>` beside the contract; `finishUpload` makes the workspace of them.
   */
  beginUpload: procedure
    .input(z.strictObject({ name: workspaceName, files: z.int().min(0).max(1_000_000), bytes: z.number().min(0) }))
    .output(z.strictObject({ uploadId: z.string().regex(/^up-[0-9a-f]{32}$/), workspace })),
  finishUpload: procedure.input(z.strictObject({ uploadId: z.string().regex(/^up-[0-9a-f]{32}$/) })).output(workspace),
  cancelUpload: procedure.input(z.strictObject({ uploadId: z.string().regex(/^up-[0-9a-f]{32}$/) })).output(done),
  /**
   * Copies a file or folder of this computer into the workspace's folder, under its own name, where there is nothing of that name yet. As in a copy of
   * a folder, version control and what tools can make again is left out.
   */
  copyIn: procedure.input(byId.extend({ from: absolutePath })).output(z.strictObject({ jobId })),
  rename: procedure.input(z.strictObject({ id: workspaceId, name: workspaceName })).output(workspace),
  details: procedure.input(byId).output(workspaceDetails),
  /** Unified diff of one file (or of all, at most 1 MB) against `baseCommit`, untracked files included. */
  diff: procedure
    .input(z.strictObject({ id: workspaceId, path: z.string().min(1).max(4096).optional() }))
    .output(z.strictObject({ patch: z.string(), truncated: z.boolean(), binary: z.boolean() })),
  planDelete: procedure.input(byId).output(deletePlan),
  delete: procedure
    .input(
      z.strictObject({ planId, keepBranch: z.boolean().default(false), keepDirectory: z.boolean().default(false) }),
    )
    .output(z.strictObject({ jobId })),
};

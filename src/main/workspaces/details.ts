/** What has happened in a workspace since it was made: commits, changed files, a diff, its size. */

import { diffFlags, type Git, type Repository } from "#node/git/index.ts";
import type { ChangedFile, Workspace, WorkspaceDetails } from "#shared/contract/workspaces.ts";
import { readStatus, readTracked } from "./changes.ts";
import { folderSize } from "./folder-size.ts";
import { untrackedFiles, untrackedPatch } from "./untracked.ts";

const filesShown = 5000;
const commitsShown = 500;
const largestPatch = 1024 * 1024;
const sizeMs = 2000;

type Opened = { repository: Repository; prefix: string; base: string };

export async function workspaceDetails(
  git: Git,
  workspace: Workspace,
  signal?: AbortSignal,
): Promise<WorkspaceDetails> {
  const [opened, size] = await Promise.all([
    open(git, workspace, signal),
    folderSize(workspace.path, { timeMs: sizeMs, signal }),
  ]);
  const nothing = {
    branch: null,
    detached: false,
    head: null,
    upstream: null,
    commits: [],
    changed: [],
    changedTotal: 0,
  };
  if (opened === null) return { id: workspace.id, ...nothing, size };
  const { repository, prefix, base } = opened;
  const [status, tracked, commits] = await Promise.all([
    readStatus(repository, prefix, signal),
    readTracked(repository, base, signal),
    readCommits(repository, base, signal),
  ]);
  const untracked = status.untracked.sort().slice(0, Math.max(0, filesShown - tracked.length));
  const conflicted = new Set(status.conflicted);
  const files = tracked.map(
    (file): ChangedFile => (conflicted.has(file.path) ? { ...file, status: "conflicted" } : file),
  );
  return {
    id: workspace.id,
    branch: status.branch,
    detached: status.branch === null && status.head !== null,
    head: status.head,
    upstream: status.upstream,
    commits,
    changed: [...files, ...(await untrackedFiles(workspace.path, untracked))].sort(byPath).slice(0, filesShown),
    changedTotal: tracked.length + status.untracked.length,
    size,
  };
}

export type Patch = { patch: string; truncated: boolean; binary: boolean };

/** Of one file, or of all. An unchanged file, and a workspace without git, has an empty patch. */
export async function workspaceDiff(
  git: Git,
  workspace: Workspace,
  path: string | undefined,
  signal?: AbortSignal,
): Promise<Patch> {
  const opened = await open(git, workspace, signal);
  if (opened === null) return { patch: "", truncated: false, binary: false };
  const { repository, prefix, base } = opened;
  const status = await readStatus(repository, prefix, signal);
  const untracked = status.untracked.filter((file) => path === undefined || file === path).sort();
  const tracked =
    untracked.length > 0 && path !== undefined ? null : await trackedPatch(repository, base, path, signal);
  let patch = tracked?.text ?? "";
  let truncated = tracked?.cut ?? false;
  for (const file of untracked) {
    if (truncated) break;
    patch += await untrackedPatch(workspace.path, file);
    truncated = patch.length > largestPatch;
  }
  const binary = path !== undefined && /^Binary files .* differ$/m.test(patch);
  return { patch: truncated ? wholeLines(patch.slice(0, largestPatch)) : patch, truncated, binary };
}

async function trackedPatch(
  repository: Repository,
  base: string,
  path: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ text: string; cut: boolean }> {
  let paths = ["."];
  if (path !== undefined) {
    // Both names of a renamed file, or git would show it as new.
    const file = (await readTracked(repository, base, signal)).find((changed) => changed.path === path);
    if (file === undefined) return { text: "", cut: false };
    paths = file.previousPath === null ? [path] : [file.previousPath, path];
  }
  const ended = await repository.run(["diff", ...diffFlags, "--patch", "--relative", base, "--", ...paths], {
    maxStdoutBytes: largestPatch,
    overflow: "stop",
    signal,
  });
  return { text: ended.stdout.toString(), cut: ended.cut };
}

function wholeLines(patch: string): string {
  return patch.slice(0, patch.lastIndexOf("\n") + 1);
}

/** Null when the workspace is in no repository (any more). */
async function open(git: Git, workspace: Workspace, signal: AbortSignal | undefined): Promise<Opened | null> {
  const repository = git.open(workspace.path);
  const prefix = await repository.text(["rev-parse", "--show-prefix"], { signal }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return null;
  });
  if (prefix === null) return null;
  return { repository, prefix, base: await baseOf(repository, workspace, signal) };
}

/** The recorded commit; HEAD when that one is gone (history was rewritten); the empty tree when there was no commit at all. */
async function baseOf(repository: Repository, workspace: Workspace, signal: AbortSignal | undefined): Promise<string> {
  const wanted = workspace.baseCommit === null ? [] : [workspace.baseCommit, "HEAD"];
  for (const candidate of wanted) {
    const commit = await repository.text(["rev-parse", "--quiet", "--verify", `${candidate}^{commit}`], { signal });
    if (commit !== null) return commit;
  }
  return (await repository.run(["hash-object", "-t", "tree", "--stdin"], { signal })).stdout.toString().trim();
}

async function readCommits(
  repository: Repository,
  base: string,
  signal: AbortSignal | undefined,
): Promise<WorkspaceDetails["commits"]> {
  if ((await repository.text(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], { signal })) === null) return [];
  const isCommit = (await repository.text(["cat-file", "-t", base], { signal })) === "commit";
  const ended = await repository.run(
    [
      "log",
      "-z",
      "--no-show-signature",
      "--no-color",
      `--max-count=${commitsShown}`,
      "--format=%H%n%cI%n%an%n%s",
      isCommit ? `${base}..HEAD` : "HEAD",
    ],
    { signal },
  );
  return ended.stdout
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((entry) => {
      const [hash = "", at = "", author = "", ...subject] = entry.split("\n");
      return { hash, subject: subject.join(" "), author, at: new Date(at).toISOString() };
    });
}

function byPath(a: ChangedFile, b: ChangedFile): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

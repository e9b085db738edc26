/** What git says about a folder, without changing anything and without running anything of the repository's. */
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { Git, Repository } from "#node/git/index.ts";
import { lastLines } from "#node/subprocess.ts";
import type { Inspection } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { exists, isInside } from "./folders.ts";

export type GitFacts = NonNullable<Inspection["git"]>;

export type GitLook =
  | { found: "nothing" }
  /** There is a repository, or there could be one, and git cannot or will not use it. */
  | { found: "unusable"; reason: string }
  | { found: "repository"; facts: GitFacts; repository: Repository; gitDir: string; filters: boolean };

/** A status that takes longer than this is left out: the folder is huge, and the form is waiting. */
const statusMs = 10_000;
const branchesShown = 500;

/** `folder` is a real path. Throws `invalid_input` for the inside of a repository's own folder. */
export async function lookAtGit(git: Git, folder: string, signal?: AbortSignal): Promise<GitLook> {
  try {
    return await look(git, folder, signal);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "unavailable") throw error;
    return { found: "unusable", reason: [error.message, error.hint].filter(Boolean).join(". ") };
  }
}

async function look(git: Git, folder: string, signal: AbortSignal | undefined): Promise<GitLook> {
  if (basename(folder) === ".git" && (await looksBare(folder))) throw insideGit(folder);
  // Named, because a bare repository is only used when it is.
  const bare = await looksBare(folder);
  const repository = git.open(folder, bare ? folder : undefined);
  const asked = await repository
    .try(["rev-parse", "--is-inside-git-dir", "--is-bare-repository", "--git-common-dir"], { signal })
    .catch((error: unknown) => {
      if (error instanceof Failure && error.code === "failed") return error;
      throw error;
    });
  if (asked instanceof Failure) return { found: "unusable", reason: asked.message };
  if (asked.exitCode !== 0) return refusal(folder, asked.stderr);
  const [insideGitDir, isBare, commonDir = ""] = asked.stdout.toString().split("\n");
  const gitDir = await realpath(
    join(commonDir.startsWith("/") || /^[A-Za-z]:/.test(commonDir) ? "" : folder, commonDir),
  );
  if (isBare === "true") return describe(repository, folder, gitDir, { top: folder, bare: true, signal });
  if (insideGitDir === "true") throw insideGit(folder);
  const top = await realpath((await repository.text(["rev-parse", "--show-toplevel"], { signal })) ?? folder);
  if (top !== folder && !isInside(folder, top)) {
    return { found: "unusable", reason: `its configuration says that the working files are elsewhere, in ${top}` };
  }
  return describe(repository, folder, gitDir, { top, bare: false, signal });
}

async function describe(
  repository: Repository,
  folder: string,
  gitDir: string,
  { top, bare, signal }: { top: string; bare: boolean; signal: AbortSignal | undefined },
): Promise<GitLook> {
  const [branch, head, branches, dirtyFiles, submodules, filters] = await Promise.all([
    repository.text(["symbolic-ref", "--quiet", "--short", "HEAD"], { signal }),
    repository.text(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], { signal }),
    repository.text(
      ["for-each-ref", `--count=${branchesShown}`, "--sort=-committerdate", "--format=%(refname:short)", "refs/heads"],
      { signal },
    ),
    bare ? 0 : countDirty(repository, signal),
    exists(join(top, ".gitmodules")),
    usesFilters(top),
  ]);
  const facts: GitFacts = {
    top,
    subfolder: relative(top, folder).replaceAll("\\", "/"),
    branch,
    detached: branch === null,
    head,
    commits: head !== null,
    bare,
    submodules,
    dirtyFiles,
    branches: branches?.split("\n").filter(Boolean) ?? [],
  };
  return { found: "repository", facts, repository, gitDir, filters };
}

/** Files that are changed or not known to git; a folder of such files counts once. */
export async function countDirty(
  repository: Repository,
  signal?: AbortSignal,
  untracked: "normal" | "all" = "normal",
): Promise<number> {
  const ended = await repository
    .try(
      ["status", "--porcelain=v2", "-z", `--untracked-files=${untracked}`, "--ignore-submodules=dirty", "--no-renames"],
      {
        timeoutMs: statusMs,
        maxStdoutBytes: 64 * 1024 * 1024,
        overflow: "stop",
        signal,
      },
    )
    .catch((error: unknown) => {
      if (signal?.aborted) throw error;
      return null;
    });
  return ended?.stdout.toString("latin1").split("\0").filter(Boolean).length ?? 0;
}

function refusal(folder: string, stderr: string): GitLook {
  if (/not a git repository/i.test(stderr) && !/gitdir|invalid gitfile/i.test(stderr)) return { found: "nothing" };
  if (/dubious ownership/i.test(stderr)) {
    return {
      found: "unusable",
      reason: `git does not use it because it belongs to another user. To trust it, run: git config --global --add safe.directory '${folder}'`,
    };
  }
  if (/cannot use bare repository/i.test(stderr)) throw insideGit(folder);
  return { found: "unusable", reason: lastLines(stderr).replace(/^fatal: /, "") };
}

function insideGit(folder: string): Failure {
  const dotGit = folder.split(/[\\/]/).lastIndexOf(".git");
  const above = dotGit > 0 ? folder.split(/[\\/]/).slice(0, dotGit).join("/") : dirname(folder);
  return new Failure("invalid_input", `${folder} is the inside of a git repository, not a folder to work in`, {
    hint: `Use ${above} instead.`,
  });
}

/** The layout by which git itself recognises a repository's own folder. */
async function looksBare(folder: string): Promise<boolean> {
  const parts = await Promise.all(["HEAD", "objects", "refs"].map((name) => exists(join(folder, name))));
  return parts.every(Boolean);
}

/** Whether the repository asks for content filters such as Git LFS. Only the usual place is looked at: this is for a sentence, not a decision. */
async function usesFilters(top: string): Promise<boolean> {
  try {
    if ((await stat(join(top, ".gitattributes"))).size > 1024 * 1024) return false;
    return /\sfilter=/.test(await readFile(join(top, ".gitattributes"), "utf8"));
  } catch {
    return false;
  }
}

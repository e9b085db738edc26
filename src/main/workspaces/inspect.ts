/** Looks at a source and says what it is, which modes work there, and what is worth knowing. Changes nothing. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Git, Reach } from "#node/git/index.ts";
import type { Inspection, Workspace, WorkspaceMode } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { isIgnoredInCopies } from "#shared/workspaces/ignored.ts";
import { suggestName } from "#shared/workspaces/name.ts";
import { folderSize } from "./folder-size.ts";
import { isInside, isSameOrInside, realFolder } from "./folders.ts";
import { type GitLook, lookAtGit } from "./git-facts.ts";
import { type Credentials, parseSource } from "./source.ts";

/** The form waits for this; a folder that takes longer has no size there. */
const sizeMs = 1500;

/** Where things are, and what there is already. */
export type Surroundings = {
  cellarHome: string;
  userHome: string;
  workspaces: Workspace[];
};

/** What was found, with what only the making of a workspace needs. */
export type Look =
  | { kind: "folder"; inspection: Inspection; path: string; git: GitLook }
  | { kind: "url"; inspection: Inspection; url: string; reach: Reach; credentials: Credentials | null };

/** `size: false` leaves out the counting. Throws a Failure for what can never become a workspace. */
export async function inspect(
  git: Git,
  text: string,
  around: Surroundings,
  { size, signal }: { size: boolean; signal?: AbortSignal | undefined },
): Promise<Look> {
  const source = parseSource(text, around.userHome);
  if (source.kind === "url") {
    return urlLook(source.location, "remote", source.credentials, around, [
      ...(source.credentials === null
        ? []
        : ["The credentials in the URL are used for this clone only and are not stored."]),
      ...(source.encrypted
        ? []
        : ["This connection is not encrypted: anyone on the way can read and change what is cloned."]),
    ]);
  }
  const path = await realFolder(source.path);
  const existing = innermost(around.workspaces, path);
  if (existing === null && isSameOrInside(path, around.cellarHome)) {
    throw new Failure("refused", `${path} belongs to Cellar itself`, {
      hint: "Choose a folder outside of Cellar's own data.",
    });
  }
  const [look, counted, writable] = await Promise.all([
    lookAtGit(git, path, signal),
    size ? folderSize(path, { timeMs: sizeMs, signal, skip: isIgnoredInCopies }) : null,
    canWrite(path),
  ]);
  if (source.fileUrl && look.found === "repository" && look.facts.bare) {
    return urlLook(pathToFileURL(path).href, "local-file", null, around, []);
  }
  const { modes, unavailable } = modesFor(path, look, existing, around);
  const inspection: Inspection = {
    kind: "folder",
    location: path,
    suggestedName: suggestName(path, names(around)),
    modes,
    unavailable,
    git: look.found === "repository" ? look.facts : null,
    size: counted,
    warnings: [
      ...(path === source.path ? [] : [`${source.path} is a link to ${path}.`]),
      ...(size && counted === null ? ["This folder is large: its size was not counted."] : []),
      ...(writable ? [] : ["You cannot write in this folder."]),
      ...placeWarnings(path, around, existing),
      ...gitWarnings(look),
    ],
    existing: existing?.id ?? null,
  };
  return { kind: "folder", inspection, path, git: look };
}

function urlLook(
  url: string,
  reach: Reach,
  credentials: Credentials | null,
  around: Surroundings,
  warnings: string[],
): Look {
  const reason = "A URL is cloned into a folder of its own.";
  const inspection: Inspection = {
    kind: "url",
    location: url,
    suggestedName: suggestName(url, names(around)),
    modes: ["copy"],
    unavailable: [
      { mode: "in-place", reason },
      { mode: "worktree", reason },
    ],
    git: null,
    size: null,
    warnings,
    existing: null,
  };
  return { kind: "url", inspection, url, reach, credentials };
}

function modesFor(
  path: string,
  look: GitLook,
  existing: Workspace | null,
  around: Surroundings,
): Pick<Inspection, "modes" | "unavailable"> {
  const reasons: Record<WorkspaceMode, string | null> = {
    worktree: noWorktree(look),
    "in-place": noInPlace(look, existing),
    copy: noCopy(path, look, around),
  };
  const all = Object.entries(reasons) as [WorkspaceMode, string | null][];
  return {
    modes: all.filter(([, reason]) => reason === null).map(([mode]) => mode),
    unavailable: all.flatMap(([mode, reason]) => (reason === null ? [] : [{ mode, reason }])),
  };
}

function noWorktree(look: GitLook): string | null {
  if (look.found === "nothing") return "This is not a git repository.";
  if (look.found === "unusable") return `git cannot use this repository: ${look.reason}`;
  return look.facts.commits
    ? null
    : "The repository has no commits yet; make a first one, then a worktree can start from it.";
}

function noInPlace(look: GitLook, existing: Workspace | null): string | null {
  if (existing !== null) return `This folder is already in the workspace '${existing.name}'.`;
  return isBare(look) ? "A bare repository has no files to work on." : null;
}

function noCopy(path: string, look: GitLook, around: Surroundings): string | null {
  if (isBare(look))
    return `A bare repository has no files to copy. To clone it, give its URL: ${pathToFileURL(path).href}`;
  return isSameOrInside(around.cellarHome, path)
    ? "This folder contains Cellar's own data, where the copy would be made."
    : null;
}

function isBare(look: GitLook): boolean {
  return look.found === "repository" && look.facts.bare;
}

function placeWarnings(path: string, around: Surroundings, existing: Workspace | null): string[] {
  const warnings: string[] = [];
  if (path === around.userHome)
    warnings.push("This is your whole home directory: an agent working here reaches everything in it.");
  else if (isInside(around.userHome, path)) {
    warnings.push("This folder holds much more than a project: an agent working here reaches everything in it.");
  }
  const within = around.workspaces.filter((workspace) => isInside(workspace.path, path));
  if (existing === null && within.length > 0) {
    warnings.push(
      `It contains ${within.map(({ name }) => `'${name}'`).join(", ")}, which ${within.length === 1 ? "is a workspace" : "are workspaces"} already.`,
    );
  }
  return warnings;
}

function gitWarnings(look: GitLook): string[] {
  if (look.found === "nothing") return [];
  if (look.found === "unusable") return [`git cannot use this repository: ${look.reason}`];
  const { facts, filters } = look;
  const warnings: string[] = [];
  if (facts.subfolder !== "")
    warnings.push(`The repository begins above, at ${facts.top}; a worktree holds all of it.`);
  if (facts.detached && facts.commits)
    warnings.push(`HEAD is detached at ${facts.head?.slice(0, 10)}; a worktree starts from there.`);
  if (facts.dirtyFiles > 0) {
    const files = facts.dirtyFiles === 1 ? "1 file has" : `${facts.dirtyFiles} files have`;
    warnings.push(`${files} changes that are not committed: they stay here and are not part of a worktree.`);
  }
  if (facts.submodules) {
    warnings.push(
      "It has submodules: in a worktree their folders stay empty until `git submodule update --init` is run in a terminal there.",
    );
  }
  if (filters) {
    warnings.push(
      "It uses content filters such as Git LFS, which Cellar does not run: in a worktree run `git lfs pull` in a terminal.",
    );
  }
  return warnings;
}

/** The workspace that `path` is, or is in: the deepest one, as one workspace may lie within another. */
function innermost(workspaces: Workspace[], path: string): Workspace | null {
  const around = workspaces.filter((workspace) => workspace.state !== "failed" && isSameOrInside(path, workspace.path));
  return around.sort((a, b) => b.path.length - a.path.length)[0] ?? null;
}

function names(around: Surroundings): string[] {
  return around.workspaces.map(({ name }) => name);
}

function canWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** What differs between a workspace and the commit it started from: git's answers, parsed. Paths are relative to the workspace. */

import { diffFlags, type Repository } from "#node/git/index.ts";
import type { ChangedFile, WorkspaceDetails } from "#shared/contract/workspaces.ts";

/** Output of a status or diff of some hundred thousand files; more than that is cut. */
const largestList = 128 * 1024 * 1024;

export type Status = {
  branch: string | null;
  head: string | null;
  upstream: WorkspaceDetails["upstream"];
  untracked: string[];
  conflicted: string[];
};

/** `prefix` is where the workspace lies in its repository (`git rev-parse --show-prefix`). */
export async function readStatus(repository: Repository, prefix: string, signal?: AbortSignal): Promise<Status> {
  const ended = await repository.run(
    [
      "status",
      "--porcelain=v2",
      "--branch",
      "--ahead-behind",
      "-z",
      "--untracked-files=all",
      "--ignore-submodules=dirty",
      "--no-renames",
      "--",
      ".",
    ],
    { maxStdoutBytes: largestList, overflow: "stop", signal },
  );
  return parseStatus(ended.stdout.toString(), prefix);
}

function parseStatus(text: string, prefix: string): Status {
  const status: Status = { branch: null, head: null, upstream: null, untracked: [], conflicted: [] };
  let upstream: string | null = null;
  for (const line of text.split("\0")) {
    const [, key, value = ""] = /^# branch\.(\w+) (.*)$/s.exec(line) ?? [];
    if (key === "oid") status.head = value === "(initial)" ? null : value;
    else if (key === "head") status.branch = value === "(detached)" ? null : value;
    else if (key === "upstream") upstream = value;
    else if (key === "ab" && upstream !== null) status.upstream = { name: upstream, ...aheadBehind(value) };
    else if (line.startsWith("? ")) status.untracked.push(within(line.slice(2), prefix));
    // u XY sub m1 m2 m3 mW h1 h2 h3 path
    else if (line.startsWith("u ")) status.conflicted.push(within(line.split(" ").slice(10).join(" "), prefix));
  }
  return status;
}

function aheadBehind(text: string): { ahead: number; behind: number } {
  const [ahead = 0, behind = 0] = text.split(" ").map((part) => Math.abs(Number.parseInt(part, 10)) || 0);
  return { ahead, behind };
}

function within(path: string, prefix: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** Tracked files that differ from `base`, whether committed or not. */
export async function readTracked(repository: Repository, base: string, signal?: AbortSignal): Promise<ChangedFile[]> {
  const ended = await repository.run(
    ["diff", ...diffFlags, "--raw", "--numstat", "-z", "--relative", base, "--", "."],
    {
      maxStdoutBytes: largestList,
      overflow: "stop",
      signal,
    },
  );
  return parseRawAndNumstat(ended.stdout.toString());
}

const statusOf: Record<string, ChangedFile["status"]> = {
  A: "added",
  C: "added",
  D: "deleted",
  M: "modified",
  R: "renamed",
  T: "type-changed",
  U: "conflicted",
};

/** `git diff --raw --numstat -z`: first all raw entries, then the counts of the same files. */
function parseRawAndNumstat(text: string): ChangedFile[] {
  const fields = text.split("\0");
  const files = new Map<string, ChangedFile>();
  let at = 0;
  while (fields[at]?.startsWith(":")) {
    const letter = fields[at]?.split(" ")[4]?.[0] ?? "M";
    const moved = letter === "R" || letter === "C";
    const path = fields[at + (moved ? 2 : 1)] ?? "";
    const previousPath = letter === "R" ? (fields[at + 1] ?? null) : null;
    at += moved ? 3 : 2;
    // An unmerged path is listed twice; that it is in conflict is the news.
    if (files.get(path)?.status !== "conflicted") {
      files.set(path, { path, previousPath, status: statusOf[letter] ?? "modified", added: null, removed: null });
    }
  }
  while (at < fields.length) {
    const [, added = "", removed = "", inline = ""] = /^(-|\d+)\t(-|\d+)\t(.*)$/s.exec(fields[at] ?? "") ?? [];
    const path = inline === "" ? (fields[at + 2] ?? "") : inline;
    at += inline === "" && added !== "" ? 3 : 1;
    const file = files.get(path);
    if (file !== undefined && added !== "-")
      files.set(path, { ...file, added: Number(added), removed: Number(removed) });
  }
  return [...files.values()];
}

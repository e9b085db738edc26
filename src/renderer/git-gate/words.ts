/** Fetches and pushes through the git gate in words. Pure. */
import type { GitGateEvent, GitGateReason, GitGateUpdate } from "#shared/contract/git-gate.ts";
import type { Status } from "#shared/states.ts";
import { counted } from "#shared/time.ts";

const reasons: Record<GitGateReason, string> = {
  passed: "Passed",
  passed_partly: "Passed in part",
  not_allowed: "Refused by its rules",
  detected: "Holds a credential",
  opaque: "Cannot be looked into",
  too_large: "Too large",
  malformed: "Not valid",
  asks: "Waiting for you",
  refused_by_person: "Refused by you",
  unreachable: "Upstream not reached",
  refused_upstream: "Refused upstream",
  not_ready: "The vault is locked",
  interrupted: "Interrupted",
};

export function eventStatus({ outcome, reason, detail, at }: GitGateEvent): Status {
  const evidence = detail === "" ? {} : { evidence: detail };
  const time = { kind: "at", at } as const;
  const since = { kind: "since", at } as const;
  const words = reason === null ? "" : reasons[reason];
  switch (outcome) {
    case "running":
      return { state: "working", words: "On its way", time: since, ...evidence };
    case "waiting":
      return { state: "permission", words: "Waiting for you", time: since, ...evidence };
    case "pending":
      return { state: "permission", words: "Not answered yet", time: since, ...evidence };
    case "approved":
      return { state: "ready", words: "Approved, to be pushed again", time: since, ...evidence };
    case "passed":
      return { state: "done", words, time, ...evidence };
    case "refused":
    case "failed":
      return { state: "failed", words, time, ...evidence };
  }
}

const actions: Record<GitGateUpdate["action"], string> = {
  create: "new",
  update: "",
  rewrite: "rewritten",
  delete: "deleted",
};

/** `agent/fix (new), tag v1`. */
function updateWords(updates: readonly GitGateUpdate[]): string {
  return updates
    .map(({ ref, action }) => {
      const name = ref.replace(/^refs\/heads\//, "").replace(/^refs\/tags\//, "tag ");
      return actions[action] === "" ? name : `${name} (${actions[action]})`;
    })
    .join(", ");
}

/** `Fetch api`, `Push agent/fix (new) to api`. */
export function eventWords({
  kind,
  repository,
  updates,
}: Pick<GitGateEvent, "kind" | "repository" | "updates">): string {
  if (kind === "fetch") return `Fetch ${repository}`;
  return updates.length === 0 ? `Push to ${repository}` : `Push ${updateWords(updates)} to ${repository}`;
}

/** `3 commits, 12 files, +40 −3`. */
export function sizeWords({ commits, moreCommits, files, moreFiles }: GitGateEvent): string {
  const sum = (key: "added" | "removed") => files.reduce((total, file) => total + (file[key] ?? 0), 0);
  const lines = files.length === 0 ? "" : `+${sum("added")} −${sum("removed")}`;
  return [
    counted(commits.length + moreCommits, "commit"),
    counted(files.length + moreFiles, "file"),
    moreFiles > 0 ? `${lines} in those listed` : lines,
  ]
    .filter(Boolean)
    .join(", ");
}

export function fileWords({ added, removed }: GitGateEvent["files"][number]): string {
  return added === null || removed === null ? "binary" : `+${added} −${removed}`;
}

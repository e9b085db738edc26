/** Everything that runs, in the order in which it needs the person; and an order that stands still while it is read. Pure. */
import type { TerminalSummary } from "../live/index.ts";

/** Ids of what is alive or needs the person. Of what needs them the one that has waited longest is first, of the rest the latest. */
export function runningOrder(summaries: readonly TerminalSummary[]): string[] {
  return summaries
    .filter(({ alive, needsYou }) => alive || needsYou)
    .sort((a, b) => rank(a) - rank(b) || (a.needsYou ? compare(since(a), since(b)) : compare(b.createdAt, a.createdAt)))
    .map(({ id }) => id);
}

function rank({ needsYou, status: { state } }: TerminalSummary): number {
  if (needsYou && state === "permission") return 0;
  // What waits for the person comes before what went wrong.
  if (needsYou) return state === "failed" || state === "lost" ? 2 : 1;
  if (state === "done-unseen") return 3;
  if (state === "working") return 4;
  return state === "done" ? 5 : 6;
}

function since({ status, createdAt }: TerminalSummary): string {
  return status.time?.at ?? createdAt;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export type Shown = {
  ids: readonly string[];
  /** They would stand in another order now. */
  changed: boolean;
};

/** While it is `still`, rows keep their places: new ones come last, and one leaves only when it is gone for good. */
export function shownOrder(
  before: readonly string[],
  wanted: readonly string[],
  still: boolean,
  exists: (id: string) => boolean,
): Shown {
  if (!still) return { ids: wanted, changed: false };
  const kept = before.filter(exists);
  const known = new Set(kept);
  const ids = [...kept, ...wanted.filter((id) => !known.has(id))];
  return { ids, changed: ids.length !== wanted.length || ids.some((id, index) => id !== wanted[index]) };
}

/** The one order of bottles, of all backends: by their start, then by their short name, so that no row jumps; what has no start stands first. Pure. */
import type { Bottle } from "#shared/contract/bottles.ts";
import { counted } from "#shared/time.ts";
import { isOver } from "./status.ts";

type Ordered = Pick<Bottle, "startedAt" | "slug" | "state" | "endedAt">;

export function active<Each extends Ordered>(bottles: readonly Each[]): Each[] {
  return bottles
    .filter((bottle) => !isOver(bottle))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.slug.localeCompare(b.slug));
}

/** The latest first: what one looks for has mostly just ended. */
export function ended<Each extends Ordered>(bottles: readonly Each[]): Each[] {
  return bottles
    .filter(isOver)
    .sort((a, b) => (b.endedAt ?? "").localeCompare(a.endedAt ?? "") || a.slug.localeCompare(b.slug));
}

export function matching<Each extends Pick<Bottle, "label" | "programName" | "backend" | "slug">>(
  bottles: readonly Each[],
  text: string,
  workspaceOf: (bottle: Each) => string,
): Each[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [...bottles];
  return bottles.filter((bottle) => {
    const { label, programName, backend, slug } = bottle;
    return `${label} ${programName} ${backend} ${slug} ${workspaceOf(bottle)}`.toLowerCase().includes(wanted);
  });
}

/** One whose engine does not answer may run, and is not said to. */
export function runningWords(bottles: readonly Pick<Bottle, "state">[]): string {
  const unknown = bottles.filter(({ state }) => state === "unknown").length;
  const running = bottles.length - unknown;
  const known = running === 0 ? "None runs" : `${counted(running, "bottle")} running`;
  if (unknown === 0) return known;
  return running === 0 ? `${unknown} not known to run` : `${known}, ${unknown} not known to`;
}

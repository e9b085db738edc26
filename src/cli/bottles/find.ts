/** The bottle a person means: by its id, its short name, its label, or its terminal. */
import type { Bottle } from "#shared/contract/bottles.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import { Failure } from "#shared/failure.ts";
import { pick } from "../ask.ts";
import type { Main } from "../contract.ts";
import type { Session } from "../session.ts";
import { closest } from "../usage.ts";

export type BottleEntry = { bottle: Bottle; usage: BrokerUsage | null };

/** Every bottle with what it has used: those that run first by their start, then those that have ended, the latest first. */
export async function bottleEntries(main: Main): Promise<BottleEntry[]> {
  const [bottles, usages] = await Promise.all([main.items("bottles.watch", {}), main.items("broker.watch", {})]);
  const used = new Map(usages.map((usage) => [usage.id, usage]));
  const running = bottles
    .filter((bottle) => !isOver(bottle))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.slug.localeCompare(b.slug));
  const ended = bottles.filter(isOver).sort((a, b) => (b.endedAt ?? "").localeCompare(a.endedAt ?? ""));
  return [...running, ...ended].map((bottle) => ({ bottle, usage: used.get(bottle.id) ?? null }));
}

export function isOver({ state }: Pick<Bottle, "state">): boolean {
  return state === "ended" || state === "failed";
}

/** Throws `not_found`, and `conflict` when several are meant. One that runs goes before one that has ended. */
export async function findBottle(
  session: Session,
  main: Main,
  wanted: string | undefined,
  suits: (bottle: Bottle) => boolean = (bottle) => !isOver(bottle),
): Promise<BottleEntry> {
  const entries = await bottleEntries(main);
  if (wanted !== undefined) return bottleNamed(entries, wanted);
  const candidates = entries
    .filter(({ bottle }) => suits(bottle))
    .map((entry) => ({
      item: entry,
      name: entry.bottle.label,
      line: `${entry.bottle.label}  ${entry.bottle.programName}  ${entry.bottle.slug}`,
    }));
  return pick(
    session,
    "bottle",
    candidates,
    new Failure("not_found", "there is no such bottle", { hint: "cellar bottle ls --all lists them." }),
  );
}

export function bottleNamed(entries: readonly BottleEntry[], wanted: string): BottleEntry {
  const exact = entries.find(({ bottle }) => [bottle.id, bottle.slug, bottle.terminalId].includes(wanted));
  if (exact !== undefined) return exact;
  for (const over of [false, true]) {
    const found = entries.filter(({ bottle }) => isOver(bottle) === over && bottle.label === wanted);
    const [first, second] = found;
    // Of those that have ended, the latest is meant.
    if (first !== undefined && (second === undefined || over)) return first;
    if (first !== undefined) {
      const slugs = found.map(({ bottle }) => bottle.slug).join(", ");
      throw new Failure("conflict", `${found.length} bottles are called '${wanted}'`, { hint: `Say which: ${slugs}.` });
    }
  }
  const near = closest(
    wanted,
    entries.map(({ bottle }) => bottle.label),
  );
  throw new Failure("not_found", `there is no bottle '${wanted}'`, {
    hint: near === null ? "cellar bottle ls --all lists them." : `Did you mean ${near}?`,
  });
}

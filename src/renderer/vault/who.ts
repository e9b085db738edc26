/** Who uses something of the vault, as a person knows it: main names bottles by their ids, and a git gate by its repository. */
import type { Bottle } from "#shared/contract/bottles.ts";

export type Bottles = ReadonlyMap<string, { label: string; plan: Pick<Bottle["plan"], "gitGate"> }>;

const bottleId = /bottle-[0-9a-f]{12}/;
const gitGate = /^git gate of (.+)$/;

export function whoWords(who: string, bottles: Bottles): string {
  const [id] = bottleId.exec(who) ?? [];
  if (id === undefined) return who;
  return who.replace(id, bottles.get(id)?.label ?? "that is not here any more");
}

/** Whether one of these bottles has. */
export function usedHere(who: string, bottles: Bottles): boolean {
  const [id] = bottleId.exec(who) ?? [];
  if (id !== undefined) return bottles.has(id);
  const [, repository] = gitGate.exec(who) ?? [];
  if (repository === undefined) return false;
  return [...bottles.values()].some(({ plan }) => plan.gitGate.some((each) => each.startsWith(`${repository} `)));
}

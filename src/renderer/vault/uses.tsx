/** Who has used something, and when last; all of them on hover. */
import type { VaultUse } from "#shared/contract/vault.ts";
import { ownWorkspace, useBottles, useWorkspace } from "../live/index.ts";
import { Ago, Button, counted, exact } from "../ui/index.ts";
import { type Bottles, usedHere, whoWords } from "./who.ts";

export function UsedBy({ uses, neededBy = [] }: { uses: readonly VaultUse[]; neededBy?: readonly string[] }) {
  const bottles = useBottles().byId;
  if (neededBy.length > 0) return neededBy.map((who) => whoWords(who, bottles)).join(", ");
  const [last, ...others] = uses;
  if (!last) return <span className="text-faint">Nobody yet</span>;
  const all = uses.map(
    ({ usedBy, lastUsedAt, times }) =>
      `${whoWords(usedBy, bottles)}: ${counted(times, "time")}, last ${exact(lastUsedAt)}`,
  );
  return (
    <span data-tip={all.join("\n")}>
      {whoWords(last.usedBy, bottles)}
      {others.length > 0 && ` and ${counted(others.length, "other")}`}
    </span>
  );
}

export function LastUsed({ uses }: { uses: readonly VaultUse[] }) {
  return uses[0] ? <Ago at={uses[0].lastUsedAt} /> : <span className="text-faint">Never</span>;
}

type Used = { id: string; uses: readonly VaultUse[]; neededBy?: readonly string[] };

/** What of a list is shown, by name: in a workspace's own window what its bottles have used, until all is asked for. */
export function useShown<Item extends Used>(items: readonly Item[], all: boolean): readonly Item[] {
  const bottles: Bottles = useBottles().byId;
  const here = (who: string) => usedHere(who, bottles);
  return items
    .filter(({ uses, neededBy = [] }) => all || neededBy.some(here) || uses.some(({ usedBy }) => here(usedBy)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Why not everything is shown, and the way to all of it. The vault itself is the person's, whatever the window. */
export function OnlyHere({ onAll }: { onAll: () => void }) {
  const workspace = useWorkspace(ownWorkspace);
  return (
    <p className="flex flex-wrap items-center gap-x-1 text-muted">
      Shown is what bottles of {workspace?.name ?? "this workspace"} have used.
      <Button look="quiet" small onClick={onAll}>
        Show the whole vault
      </Button>
    </p>
  );
}

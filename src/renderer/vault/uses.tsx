/** Who has used something, and when last; all of them on hover. */
import type { VaultUse } from "#shared/contract/vault.ts";
import { Ago, counted, exact } from "../ui/index.ts";

export function UsedBy({ uses }: { uses: readonly VaultUse[] }) {
  const [last, ...others] = uses;
  if (!last) return <span className="text-faint">Nobody yet</span>;
  const all = uses.map(
    ({ usedBy, lastUsedAt, times }) => `${usedBy}: ${counted(times, "time")}, last ${exact(lastUsedAt)}`,
  );
  return (
    <span data-tip={all.join("\n")}>
      {last.usedBy}
      {others.length > 0 && ` and ${counted(others.length, "other")}`}
    </span>
  );
}

export function LastUsed({ uses }: { uses: readonly VaultUse[] }) {
  return uses[0] ? <Ago at={uses[0].lastUsedAt} /> : <span className="text-faint">Never</span>;
}

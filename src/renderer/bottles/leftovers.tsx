/** Orphans are found at the start and offered; nothing is removed that was not shown. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../connection/index.ts";
import { Button, counted, notice, orNotice, Sign } from "../ui/index.ts";

export function useLeftovers() {
  const client = useClient();
  const found = useQuery({
    queryKey: ["bottle-leftovers"],
    queryFn: () => client.bottles.prepareCleanup({}),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { ...found, items: found.data?.items ?? [], planId: found.data?.planId ?? null };
}

/** What there is, each with its kind and backend, and the one button that removes just that. */
export function Leftovers() {
  const client = useClient();
  const { items, planId, refetch, isFetching, isFetched } = useLeftovers();
  const [busy, setBusy] = useState(false);
  const clean = async () => {
    if (planId === null) return;
    setBusy(true);
    const done = await orNotice("Could not clean up", client.bottles.cleanup({ planId }));
    for (const { what, why } of done?.failed ?? []) notice({ kind: "failed", text: `${what}: ${why}` });
    if (done && done.failed.length === 0) {
      notice({ kind: "done", text: `Removed ${counted(done.removed.length, "leftover")}` });
    }
    await refetch();
    setBusy(false);
  };
  return (
    <section aria-label="Leftovers" className="flex flex-col gap-1">
      <div className="flex min-h-7 flex-wrap items-center gap-2">
        <h3 className="flex-1 font-medium text-muted text-sm">Leftovers of earlier bottles</h3>
        <Button small look="quiet" busy={isFetching} onClick={() => void refetch()}>
          Look again
        </Button>
        {planId !== null && (
          <Button small busy={busy} onClick={() => void clean()}>
            Remove {items.length === 1 ? "it" : `all ${items.length}`}
          </Button>
        )}
      </div>
      {items.length === 0 ? (
        <p className="text-muted">{isFetched ? "Nothing to clean up." : "Looking…"}</p>
      ) : (
        <ul>
          {items.map(({ backend, kind, what }) => (
            <li key={`${backend} ${kind} ${what}`} className="flex min-h-7 items-center gap-2">
              <Sign state="lost" />
              <span className="min-w-0 flex-1 break-words">{what}</span>
              <span className="shrink-0 text-faint text-sm">
                {kind}, {backend}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

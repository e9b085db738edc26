/** The sidebar's bottles: those that run, in the order of their start, and a way to what earlier ones have left behind. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { openBottle } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { useBottles } from "../live/index.ts";
import { BottleProposalCount } from "../supervise/index.ts";
import { Button, counted, notice, orNotice, StateSign } from "../ui/index.ts";
import { bottleStatus, isOver } from "./status.ts";

export function useLiveBottles() {
  const bottles = useBottles();
  return useMemo(() => bottles.items.filter((bottle) => !isOver(bottle)), [bottles]);
}

export function BottleList() {
  const live = useLiveBottles();
  return (
    <>
      <ul className="max-h-40 overflow-y-auto">
        {live.map((bottle) => (
          <li key={bottle.id}>
            <button
              type="button"
              className="flex h-7 w-full items-center gap-1.5 pr-2 pl-3 text-left hover:bg-hover"
              onClick={() => openBottle(bottle.id)}
            >
              <StateSign status={bottleStatus(bottle)} />
              <span className="min-w-0 flex-1 truncate">{bottle.label}</span>
              <BottleProposalCount bottleId={bottle.id} />
              <span className="text-faint text-sm">{bottle.backend}</span>
            </button>
          </li>
        ))}
      </ul>
      <Leftovers />
    </>
  );
}

/** Orphans are found at the start and offered; nothing is removed that was not shown. */
function Leftovers() {
  const client = useClient();
  const found = useQuery({
    queryKey: ["bottle-leftovers"],
    queryFn: () => client.bottles.prepareCleanup({}),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const planId = found.data?.planId;
  if (!planId) return null;
  const { items } = found.data!;
  const clean = async () => {
    const done = await orNotice("Could not clean up", client.bottles.cleanup({ planId }));
    if (done?.failed[0]) notice({ kind: "failed", text: `${done.failed[0].what}: ${done.failed[0].why}` });
    await found.refetch();
  };
  return (
    <div className="flex items-center gap-2 px-3 py-1" data-tip={items.map(({ what }) => what).join("\n")}>
      <span className="min-w-0 flex-1 text-warning">{counted(items.length, "leftover")} of earlier bottles</span>
      <Button small onClick={() => void clean()}>
        Remove
      </Button>
    </div>
  );
}

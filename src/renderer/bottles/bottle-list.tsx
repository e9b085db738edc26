/** The sidebar's bottles: those that run, in the order of their start, with what they cost; the way to all others, and to what was left behind. */
import { Boxes } from "lucide-react";
import { useMemo } from "react";
import type { Bottle } from "#shared/contract/bottles.ts";
import { openBottle, openBottles } from "../app/open.ts";
import { UsageLine } from "../broker/index.ts";
import { useBottles, useTerminalSummaries, useUsage } from "../live/index.ts";
import { BottleProposalCount } from "../supervise/index.ts";
import { ColourMark, counted, IconButton, StateSign } from "../ui/index.ts";
import { useLeftovers } from "./leftovers.tsx";
import { active } from "./order.ts";
import { agentStatus } from "./status.ts";

export function BottleList() {
  const { items } = useBottles();
  const live = useMemo(() => active(items), [items]);
  const leftovers = useLeftovers().items.length;
  if (items.length === 0 && leftovers === 0) return null;
  const over = items.length - live.length;
  return (
    <section aria-label="Bottles" className="shrink-0 border-line border-t pt-1">
      <div className="flex h-8 items-center gap-2 pr-1.5 pl-3">
        <h2 className="flex-1 font-semibold text-muted text-xs uppercase tracking-wide">Bottles</h2>
        <IconButton label="All bottles" onClick={() => openBottles()}>
          <Boxes size={14} aria-hidden />
        </IconButton>
      </div>
      {live.length > 0 && (
        <ul className="max-h-[30vh] overflow-y-auto">
          {live.map((bottle) => (
            <Row key={bottle.id} bottle={bottle} />
          ))}
        </ul>
      )}
      {(over > 0 || leftovers > 0) && (
        <button
          type="button"
          className="flex h-7 w-full items-center gap-1.5 pr-2 pl-3 text-left text-muted text-sm hover:bg-hover"
          onClick={() => openBottles()}
        >
          <span className="flex-1">{over > 0 && `${over} ended`}</span>
          {leftovers > 0 && <span className="text-warning">{counted(leftovers, "leftover")}</span>}
        </button>
      )}
    </section>
  );
}

function Row({ bottle }: { bottle: Bottle }) {
  const usage = useUsage(bottle.id);
  const terminal = useTerminalSummaries().find(({ id }) => id === bottle.terminalId);
  return (
    <li>
      <button
        type="button"
        className="flex h-7 w-full items-center gap-1.5 pr-2 pl-3 text-left hover:bg-hover"
        onClick={() => openBottle(bottle.id)}
      >
        <StateSign status={agentStatus(bottle, terminal?.status, usage)} />
        <ColourMark colour={bottle.colour} />
        <span className="min-w-0 flex-1 truncate">{bottle.label}</span>
        <BottleProposalCount bottleId={bottle.id} />
        <UsageLine usage={usage} />
      </button>
    </li>
  );
}

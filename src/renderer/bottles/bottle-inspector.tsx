/** Beside a terminal that is in a bottle: which one, what it has used, and what its gateway has refused. */
import { openBottle } from "../app/open.ts";
import { LimitReached, UsageLine } from "../broker/index.ts";
import { GatewaySection } from "../gateway/index.ts";
import { useBottle, useUsage } from "../live/index.ts";
import { Button, ColourMark, Sign } from "../ui/index.ts";

export function BottleInspector({ bottleId }: { bottleId: string }) {
  const bottle = useBottle(bottleId);
  const usage = useUsage(bottleId);
  if (bottle === undefined) return null;
  return (
    <div className="flex flex-none flex-col border-line border-b pb-1">
      <div className="flex h-8 items-center gap-1.5 px-3">
        <Sign state="isolated" />
        <ColourMark colour={bottle.colour} />
        <span className="min-w-0 flex-1 truncate" data-tip={`In a bottle (${bottle.backend})`}>
          {bottle.label}
        </span>
        <UsageLine usage={usage} />
        <Button small onClick={() => openBottle(bottleId)}>
          Bottle
        </Button>
      </div>
      {usage?.reached != null && usage.open && (
        <div className="px-3 pb-1">
          <LimitReached usage={usage} />
        </div>
      )}
      <GatewaySection bottleId={bottleId} />
    </div>
  );
}

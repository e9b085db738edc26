/** What the inspector of a bottle says about its gateway: how much passed, what was refused last, and the way to allow it. */
import { useClient } from "../connection/index.ts";
import { useGateway, useLiveList } from "../live/index.ts";
import { Button, bytes, grouped, StateSign } from "../ui/index.ts";
import { AnswerButtons } from "./answer-buttons.tsx";
import { openGateway } from "./gateway-panel.tsx";
import { decisionStatus, hostWords } from "./words.ts";

const shownAtMost = 5;

export function GatewaySection({ bottleId }: { bottleId: string }) {
  const client = useClient();
  const counters = useGateway(bottleId);
  const { items } = useLiveList(client.gateway.watchDecisions, { bottleId });
  const refused = items
    .filter(({ canAllow }) => canAllow)
    .toReversed()
    .slice(0, shownAtMost);
  return (
    <section aria-label="Gateway" className="flex flex-col">
      <div className="flex h-7 items-center gap-2 px-3">
        <h3 className="flex-1 truncate">
          Gateway{" "}
          <span className="font-normal text-muted">
            {counters ? `${grouped(counters.allowed)} allowed, ${grouped(counters.denied)} denied` : "closed"}
          </span>
        </h3>
        <Button small look="quiet" aria-label="Log and rules of the gateway" onClick={() => openGateway(bottleId)}>
          Log
        </Button>
      </div>
      {refused.length > 0 && (
        <ul>
          {refused.map((decision) => (
            <li key={decision.id} className="flex h-7 items-center gap-2 px-3 hover:bg-hover">
              <StateSign status={decisionStatus(decision)} />
              <span className="min-w-0 flex-1 truncate">{hostWords(decision)}</span>
              <AnswerButtons decision={decision} />
            </li>
          ))}
        </ul>
      )}
      {counters && counters.bytesIn + counters.bytesOut > 0 && (
        <p className="px-3 pb-1 text-faint text-sm">
          {bytes(counters.bytesOut)} out, {bytes(counters.bytesIn)} in
        </p>
      )}
    </section>
  );
}

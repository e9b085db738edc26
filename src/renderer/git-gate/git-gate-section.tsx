/** Pushes that wait for an answer, and what went through the git gate, newest first; of one bottle, or of all. */
import { useState } from "react";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import { useClient } from "../connection/index.ts";
import { bottleIsHere, useBottles, useLiveList } from "../live/index.ts";
import { Ago, Button, Empty, grouped, StateSign } from "../ui/index.ts";
import { PushCard } from "./push-card.tsx";
import { eventStatus, eventWords } from "./words.ts";

const shownAtFirst = 8;
const nothingYet = "Nothing has been fetched or pushed yet. Each is listed here as it happens.";

/** `bottleId` empty: all bottles. */
export function GitGateSection({ bottleId }: { bottleId: string }) {
  const client = useClient();
  const bottles = useBottles();
  const { items: told, status } = useLiveList(client.gitGate.watch, bottleId === "" ? {} : { bottleId });
  const items = told.filter((event) => bottleIsHere(bottles.byId, event.bottleId));
  const [all, setAll] = useState(false);
  // On a bottle's own page it goes without saying.
  const bottleOf = (event: GitGateEvent) => (bottleId === "" ? bottles.byId.get(event.bottleId)?.label : undefined);
  if (status === "loading") return null;
  const open = items.filter(({ canApprove }) => canApprove);
  const rest = items.filter(({ canApprove }) => !canApprove).toSorted((a, b) => b.at.localeCompare(a.at));
  const shown = all ? rest : rest.slice(0, shownAtFirst);
  if (bottleId === "" && items.length === 0) return <Empty>{nothingYet}</Empty>;
  return (
    <section aria-label="Git gate" className="flex flex-col gap-1.5">
      <h3 className="font-medium text-muted text-sm">Git gate</h3>
      {items.length === 0 && <p className="text-muted">{nothingYet}</p>}
      {open.length > 0 && (
        <ul aria-label="Pushes to answer" className="flex flex-col gap-2">
          {open.toReversed().map((event) => (
            <PushCard key={event.id} event={event} bottle={bottleOf(event)} />
          ))}
        </ul>
      )}
      {shown.length > 0 && (
        <ul aria-label="Fetches and pushes, newest first">
          {shown.map((event) => (
            <Row key={event.id} event={event} bottle={bottleOf(event)} />
          ))}
        </ul>
      )}
      {rest.length > shown.length && (
        <span>
          <Button small look="quiet" onClick={() => setAll(true)}>
            Show all {grouped(rest.length)}
          </Button>
        </span>
      )}
    </section>
  );
}

function Row({ event, bottle }: { event: GitGateEvent; bottle: string | undefined }) {
  const status = eventStatus(event);
  const told = event.outcome !== "passed" && event.detail !== "";
  return (
    <li className="py-1">
      <div className="flex items-center gap-2">
        <StateSign status={status} />
        <span className="min-w-0 flex-1 truncate">{eventWords(event)}</span>
        {bottle && <span className="max-w-[30%] shrink-0 truncate text-faint text-sm">{bottle}</span>}
        {event.count > 1 && <span className="tabular shrink-0 text-faint text-sm">{grouped(event.count)} ×</span>}
        <span className="shrink-0 text-muted text-sm">{status.words}</span>
        <span className="w-24 shrink-0 truncate text-right text-faint text-sm">
          <Ago at={event.at} />
        </span>
      </div>
      {told && <p className="select-text break-words pl-6 text-muted text-sm">{event.detail}</p>}
    </li>
  );
}

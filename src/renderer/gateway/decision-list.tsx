/** The decisions of the gateway as they are made, newest first. */
import { useMemo, useState } from "react";
import type { GatewayDecision } from "#shared/contract/gateway.ts";
import { useClient } from "../connection/index.ts";
import { bottleIsHere, useBottles, useLiveList } from "../live/index.ts";
import { Ago, bytes, Empty, FilteredRow, FilteredRows, grouped, StateSign } from "../ui/index.ts";
import { AnswerButtons } from "./answer-buttons.tsx";
import { decisionStatus, hostWords, probeWords, requestWords } from "./words.ts";

const filters = { all: "All", denied: "Refused", waiting: "Waiting" } as const;
type Filter = keyof typeof filters;

export function DecisionList({ bottleId }: { bottleId: string }) {
  const client = useClient();
  const bottles = useBottles().byId;
  const { items: told, status } = useLiveList(client.gateway.watchDecisions, bottleId === "" ? {} : { bottleId });
  const all = useMemo(() => told.filter((each) => bottleIsHere(bottles, each.bottleId)), [told, bottles]);
  const items = useMemo(() => all.filter(({ probe }) => !probe), [all]);
  const probes = probeWords(all);
  const [filter, setFilter] = useState<Filter>("all");
  const [text, setText] = useState("");
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const matches = (decision: GatewayDecision) =>
      (filter === "all" || decision.outcome === filter) &&
      (wanted === "" || `${hostWords(decision)} ${requestWords(decision)}`.toLowerCase().includes(wanted));
    return items.filter(matches).toSorted(waitingThenNewest);
  }, [items, filter, text]);
  if (status === "loading") return null;
  if (items.length === 0) {
    return (
      <Empty>
        {bottleId === "" ? "No bottle has asked" : "This bottle has not asked"} for anything yet. What is reached, and
        what is refused, is listed here as it happens.{probes && ` ${probes}.`}
      </Empty>
    );
  }
  return (
    <FilteredRows
      label="Decisions, newest first"
      filters={filters}
      filter={filter}
      countOf={(each) => countOf(items, each)}
      onFilter={setFilter}
      text={text}
      searches="Host or path"
      onText={setText}
      items={shown}
      row={(decision) => <Row key={decision.id} decision={decision} />}
    >
      {probes && <p className="flex-none border-line border-t px-3 py-1 text-faint text-sm">{probes}</p>}
    </FilteredRows>
  );
}

function Row({ decision }: { decision: GatewayDecision }) {
  const status = decisionStatus(decision);
  const passed = decision.bytesIn + decision.bytesOut;
  return (
    <FilteredRow>
      <StateSign status={status} />
      <span className="min-w-0 max-w-[45%] shrink-0 truncate">{hostWords(decision)}</span>
      <span className="min-w-0 flex-1 truncate font-mono text-muted text-sm">{requestWords(decision)}</span>
      <span className="@max-md:hidden min-w-0 shrink truncate text-muted text-sm">{status.words}</span>
      {decision.count > 1 && <span className="tabular shrink-0 text-faint text-sm">{grouped(decision.count)} ×</span>}
      <AnswerButtons decision={decision} />
      <span className="tabular @max-lg:hidden w-16 shrink-0 text-right text-faint text-sm">
        {passed === 0 ? "" : bytes(passed)}
      </span>
      <span className="w-24 shrink-0 truncate text-right text-faint text-sm">
        <Ago at={decision.at} />
      </span>
    </FilteredRow>
  );
}

function countOf(items: readonly GatewayDecision[], filter: Filter): number {
  return filter === "all" ? items.length : items.filter(({ outcome }) => outcome === filter).length;
}

function waitingThenNewest(a: GatewayDecision, b: GatewayDecision): number {
  const rank = ({ outcome }: GatewayDecision) => (outcome === "waiting" ? 0 : 1);
  return rank(a) - rank(b) || b.at.localeCompare(a.at);
}

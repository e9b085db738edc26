/** What a bottle has asked its provider for, newest first: who, what, how it ended, how much and how long. Never what was said. */
import { useMemo, useState } from "react";
import type { BrokerRequest } from "#shared/contract/broker.ts";
import { useClient } from "../connection/index.ts";
import { useLiveList } from "../live/index.ts";
import { Ago, bytes, duration, Empty, FilteredRow, FilteredRows, grouped, StateSign } from "../ui/index.ts";
import { filters, matches, pathWords, type RequestFilter, requestStatus, whereWords } from "./words.ts";

export function RequestList({ bottleId }: { bottleId: string }) {
  const client = useClient();
  const { items, status } = useLiveList(client.broker.watchRequests, { id: bottleId });
  const [filter, setFilter] = useState<RequestFilter>("all");
  const [text, setText] = useState("");
  const shown = useMemo(
    () => items.filter((request) => matches(request, filter, text)).toReversed(),
    [items, filter, text],
  );
  if (status === "loading") return null;
  if (items.length === 0) {
    return (
      <Empty>
        Nothing has been asked for through the broker yet. Requests to the provider are listed here, without what was
        said in them.
      </Empty>
    );
  }
  return (
    <FilteredRows
      label="Requests, newest first"
      filters={filters}
      filter={filter}
      countOf={(each) => (each === "all" ? items.length : items.filter((item) => matches(item, each, "")).length)}
      onFilter={setFilter}
      text={text}
      searches="Host, path, status or reason"
      onText={setText}
      items={shown}
      row={(request) => <Row key={request.id} request={request} />}
    />
  );
}

function Row({ request }: { request: BrokerRequest }) {
  const status = requestStatus(request);
  return (
    <FilteredRow>
      <StateSign status={status} />
      <span className="tabular w-8 shrink-0 text-muted text-sm">{request.status ?? "–"}</span>
      <span className="min-w-0 max-w-[35%] shrink-0 truncate">{whereWords(request)}</span>
      <span className="min-w-0 flex-1 truncate font-mono text-muted text-sm">
        {request.method} {pathWords(request)}
      </span>
      {request.reason !== null && (
        <span className="@max-md:hidden min-w-0 shrink truncate text-muted text-sm">{request.reason}</span>
      )}
      {request.redactions > 0 && (
        <span className="shrink-0 text-sm text-warning" data-tip="Times the secret came back and was taken out">
          {grouped(request.redactions)} redacted
        </span>
      )}
      <span className="tabular @max-lg:hidden w-32 shrink-0 text-right text-faint text-sm">
        {bytes(request.bytesUp)} / {bytes(request.bytesDown)}
      </span>
      <span className="tabular w-14 shrink-0 text-right text-faint text-sm">{duration(request.ms)}</span>
      <span className="w-24 shrink-0 truncate text-right text-faint text-sm">
        <Ago at={request.at} />
      </span>
    </FilteredRow>
  );
}

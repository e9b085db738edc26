/** What a bottle has asked its provider for, newest first: who, what, how it ended, how much and how long. Never what was said. */
import { useMemo, useState } from "react";
import type { BrokerRequest } from "#shared/contract/broker.ts";
import { useClient } from "../connection/index.ts";
import { useLiveList } from "../live/index.ts";
import { Ago, Button, bytes, duration, Empty, grouped, inputClass, StateSign, VirtualRows } from "../ui/index.ts";
import { filters, matches, pathWords, type RequestFilter, requestStatus, whereWords } from "./words.ts";

const rowHeight = 28;

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
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-none flex-wrap items-center gap-1 border-line border-b px-2 py-1.5">
        {(Object.keys(filters) as RequestFilter[]).map((each) => (
          <Button
            key={each}
            small
            look={filter === each ? "plain" : "quiet"}
            aria-pressed={filter === each}
            onClick={() => setFilter(each)}
          >
            {filters[each]}{" "}
            <span className="tabular text-faint">
              {grouped(each === "all" ? items.length : items.filter((request) => matches(request, each, "")).length)}
            </span>
          </Button>
        ))}
        <input
          value={text}
          aria-label="Filter by host, path, status or reason"
          placeholder="Host, path, status or reason"
          spellCheck={false}
          autoComplete="off"
          className={`${inputClass} max-w-64 flex-1`}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {shown.length === 0 ? (
        <p className="px-3 py-2 text-muted">None of them matches.</p>
      ) : (
        <VirtualRows
          count={shown.length}
          rowHeight={rowHeight}
          className="min-h-0 flex-1"
          role="list"
          tabIndex={0}
          aria-label="Requests, newest first"
          row={(index) => {
            const request = shown[index];
            return request && <Row key={request.id} request={request} />;
          }}
        />
      )}
    </div>
  );
}

function Row({ request }: { request: BrokerRequest }) {
  const status = requestStatus(request);
  return (
    // biome-ignore lint/a11y/useSemanticElements: its list is a scrolling box of positioned rows
    <div role="listitem" style={{ height: rowHeight }} className="flex items-center gap-2 px-3 hover:bg-hover">
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
    </div>
  );
}

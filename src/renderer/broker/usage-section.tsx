/** What a bottle has used at its provider: the sums, how they grew, and the limit. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { costWords, missingWords, shortCount } from "#shared/broker/words.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import { useClient } from "../connection/index.ts";
import { useUsage } from "../live/index.ts";
import { Button, bytes, grouped } from "../ui/index.ts";
import { LimitForm } from "./limit-form.tsx";
import { UsagePlot } from "./usage-plot.tsx";

/** `onRequests`: the person wants to see them one by one. */
export function UsageSection({ bottleId, onRequests }: { bottleId: string; onRequests: () => void }) {
  const usage = useUsage(bottleId);
  if (usage === undefined) return null;
  const missing = missingWords(usage);
  return (
    <section aria-label="Usage" className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 className="flex-1 font-medium text-muted text-sm">Usage</h3>
        <Button small look="quiet" onClick={onRequests}>
          Requests
        </Button>
      </div>
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-x-4 gap-y-2">
        <Sum name="Cost">{costWords(usage) || "–"}</Sum>
        <Sum name="Tokens in" exact={usage.inputTokens}>
          {shortCount(usage.inputTokens)}
        </Sum>
        <Sum name="from cache" exact={usage.cacheReadTokens}>
          {shortCount(usage.cacheReadTokens)}
        </Sum>
        <Sum name="Tokens out" exact={usage.outputTokens}>
          {shortCount(usage.outputTokens)}
        </Sum>
        <Sum name="Requests" exact={usage.requests}>
          {shortCount(usage.requests)}
          {usage.refused > 0 && <span className="text-muted text-sm"> {grouped(usage.refused)} refused</span>}
        </Sum>
        <Sum name="Sent, received">
          {bytes(usage.bytesUp)}, {bytes(usage.bytesDown)}
        </Sum>
      </dl>
      <Growth usage={usage} />
      {missing && <p className="text-sm text-warning">{missing}</p>}
      <LimitForm usage={usage} />
    </section>
  );
}

function Sum({ name, exact, children }: { name: string; exact?: number; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-faint text-sm">{name}</dt>
      <dd className="tabular truncate" data-tip={exact === undefined ? undefined : grouped(exact)}>
        {children}
      </dd>
    </div>
  );
}

function Growth({ usage }: { usage: BrokerUsage }) {
  const client = useClient();
  const { id, answers, closedAt, cost, limits } = usage;
  const history = useQuery({
    // One look for each answer: nothing grows in between.
    queryKey: ["usage-history", id, answers],
    queryFn: () => client.broker.history({ id }),
    placeholderData: (before) => before,
  });
  const of = cost.micros > 0 ? "cost" : "tokens";
  const points = history.data ?? [];
  if (points.length < 2) return null;
  return (
    <UsagePlot points={points} of={of} limit={of === "cost" ? limits.costMicros : limits.tokens} until={closedAt} />
  );
}

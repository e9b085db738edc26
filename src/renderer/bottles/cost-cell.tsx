/** A cost in a column of costs: the number, and its length beside the largest, because they are compared. */
import { costWords, shortCount } from "#shared/broker/words.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";

export function CostCell({ usage, most }: { usage: BrokerUsage | undefined; most: number }) {
  if (usage === undefined || usage.answers === 0) return <span className="block text-right text-faint">–</span>;
  const { inputTokens, outputTokens, reached, cost } = usage;
  const tip = [`${shortCount(inputTokens)} tokens in, ${shortCount(outputTokens)} out`, reached].filter(Boolean);
  return (
    <span data-tip={tip.join("\n")} className="flex flex-col items-end">
      <span className={`tabular max-w-full truncate text-sm ${reached === null ? "" : "text-attention"}`}>
        {costWords(usage).replace(" or more", "+")}
        {reached !== null && <span className="sr-only">, limit reached</span>}
      </span>
      {most > 0 && (
        <span aria-hidden className="flex h-0.5 w-full justify-end">
          <span
            className={`block h-full rounded-full ${reached === null ? "bg-accent" : "bg-attention"}`}
            style={{ width: `${(cost.micros / most) * 100}%` }}
          />
        </span>
      )}
    </span>
  );
}

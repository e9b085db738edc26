/** What a bottle has used, where there is room for a few letters: its cost, and how much of its limit that is. */
import { costWords, limitShare, limitWords, shortCount } from "#shared/broker/words.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";

export function UsageLine({ usage }: { usage: BrokerUsage | undefined }) {
  if (usage === undefined || usage.answers === 0) return null;
  const { reached } = usage;
  const share = limitShare(usage);
  const tokens = `${shortCount(usage.inputTokens)} tokens in, ${shortCount(usage.outputTokens)} out`;
  const limit = limitWords(usage.limits);
  const tip = [costWords(usage), tokens, limit && `Limit ${limit}`, reached].filter(Boolean).join("\n");
  const known = usage.cost.micros > 0 || usage.withoutCost === 0;
  return (
    <span
      data-tip={tip}
      className={`tabular inline-flex shrink-0 items-center gap-1.5 text-sm ${reached ? "text-attention" : "text-faint"}`}
    >
      {share !== null && <Share share={share} />}
      {known ? costWords(usage).replace(" or more", "+") : `${shortCount(usage.inputTokens + usage.outputTokens)} tok`}
      {reached !== null && <span className="sr-only">limit reached</span>}
    </span>
  );
}

/** How full it is, by length; beyond three quarters by colour as well. */
function Share({ share }: { share: number }) {
  const width = Math.min(1, Math.max(0.04, share)) * 100;
  return (
    <span aria-hidden className="inline-block h-1.5 w-6 overflow-hidden rounded-full bg-line">
      <span className={`block h-full ${share >= 0.75 ? "bg-attention" : "bg-accent"}`} style={{ width: `${width}%` }} />
    </span>
  );
}

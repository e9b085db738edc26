/**
 * What a run has used, and whether it may use more. What is shown is only what providers have said; for the limit an answer that said
 * nothing counts by its size, so that a limit cannot be walked around by asking for no usage.
 */
import { z } from "zod";
import { dollars } from "#shared/broker/words.ts";
import type { Provider } from "../providers.ts";
import { costOf, priceOf } from "./cost.ts";
import type { Limits } from "./limits.ts";
import { micros } from "./money.ts";
import type { Reading } from "./reader.ts";

export const totalsSchema = z.strictObject({
  /** Answers of models. */
  answers: z.int(),
  /** All input, what came from and went into caches included (AV-31). */
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  /** Part of the output. */
  reasoningTokens: z.int(),
  costUsd: z.number(),
  /** Answers that did not tell their usage to the end: the tokens are more than shown. */
  withoutUsage: z.int(),
  /** Answers whose cost is not known: the cost is more than shown. */
  withoutCost: z.int(),
  /** For the limits only: what answers that told nothing may have used. Cost is null when no price is known for one of them. */
  assumedTokens: z.int(),
  assumedCostUsd: z.number().nullable(),
});
export type Totals = z.infer<typeof totalsSchema>;

export const noTotals: Totals = {
  answers: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costUsd: 0,
  withoutUsage: 0,
  withoutCost: 0,
  assumedTokens: 0,
  assumedCostUsd: 0,
};

/** Fewer than any text in a known language has: what is assumed is rather too much. */
const bytesPerToken = 3;

export type Answer = {
  reading: Reading;
  /** It did not come to its end. */
  cut: boolean;
  host: string;
  provider: Provider | undefined;
  bytesUp: number;
  bytesDown: number;
};

export class Meter {
  totals: Totals;
  limits: Limits;

  constructor(limits: Limits, totals: Totals = noTotals) {
    this.limits = limits;
    this.totals = totals;
  }

  /** Counts an answer. One that was read to its end and names neither model nor usage is no answer of a model. */
  add({ reading: { usage, model, whole }, cut, host, provider, bytesUp, bytesDown }: Answer): void {
    if (usage === null && model === null && whole && !cut) return;
    const price = priceOf(provider, host, model);
    const cost = usage === null || cut ? null : costOf(usage, price);
    const before = this.totals;
    const told = usage !== null && !cut;
    const up = Math.ceil(bytesUp / bytesPerToken);
    const down = Math.ceil(bytesDown / bytesPerToken);
    // What was told before a cut counts as told; only what is beyond it is assumed.
    const assumed = told ? 0 : Math.max(0, up + down - (usage === null ? 0 : usage.input + usage.output));
    const assumedCost = cost !== null ? 0 : price === null ? null : (up * price.input + down * price.output) / 1e6;
    this.totals = {
      answers: before.answers + 1,
      inputTokens: before.inputTokens + (usage === null ? 0 : usage.input + usage.cacheRead + usage.cacheWrite),
      cacheReadTokens: before.cacheReadTokens + (usage?.cacheRead ?? 0),
      cacheWriteTokens: before.cacheWriteTokens + (usage?.cacheWrite ?? 0),
      outputTokens: before.outputTokens + (usage?.output ?? 0),
      reasoningTokens: before.reasoningTokens + (usage?.reasoning ?? 0),
      costUsd: before.costUsd + (cost ?? 0),
      withoutUsage: before.withoutUsage + (told ? 0 : 1),
      withoutCost: before.withoutCost + (cost === null ? 1 : 0),
      assumedTokens: before.assumedTokens + assumed,
      assumedCostUsd:
        before.assumedCostUsd === null || assumedCost === null ? null : before.assumedCostUsd + assumedCost,
    };
  }

  /** What counts towards the limits: what was told and what is assumed. Cost is null when it cannot be said for one of the answers. */
  get counted(): { tokens: number; costUsd: number | null } {
    const { inputTokens, outputTokens, assumedTokens, costUsd, assumedCostUsd } = this.totals;
    const cost = assumedCostUsd === null ? null : costUsd + assumedCostUsd;
    return { tokens: inputTokens + outputTokens + assumedTokens, costUsd: cost };
  }

  /** Why no more may be used, or null. Asked before a request: what is on its way already may still go beyond. */
  reached(): string | null {
    const { tokens, costUsd } = this.limits;
    const used = this.counted;
    if (tokens !== undefined && used.tokens >= tokens) {
      return `${grouped(used.tokens)} of ${grouped(tokens)} tokens are used`;
    }
    if (costUsd === undefined) return null;
    if (used.costUsd === null) return "the cost of an answer is not known, so its limit cannot be kept";
    return used.costUsd >= costUsd ? `${dollars(micros(used.costUsd))} of ${dollars(micros(costUsd))} are used` : null;
  }
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

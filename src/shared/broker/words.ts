/** What a bottle has used, in words: the same in the window, on the command line and in notifications. Pure. */
import type { BrokerUsage, UsageLimits } from "../contract/broker.ts";
import { grouped } from "../time.ts";

/** "$0.0042", "$0.42", "$12.30", "$1 204". */
export function dollars(micros: number): string {
  const amount = micros / 1e6;
  if (amount === 0) return "$0.00";
  if (amount < 0.01) return `$${amount.toFixed(4)}`;
  if (amount < 1000) return `$${amount.toFixed(2)}`;
  return `$${grouped(Math.round(amount))}`;
}

/** "812", "4.1 k", "1.2 M": tokens where there is little room. */
export function shortCount(count: number): string {
  const units = ["", " k", " M", " G"];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)}${units[unit]}`;
}

type Costs = Pick<BrokerUsage, "answers" | "cost" | "withoutCost">;

/** The cost as far as it is known, and never less than that it is not known. Empty while nothing was answered. */
export function costWords({ answers, cost, withoutCost }: Costs): string {
  if (answers === 0) return "";
  if (withoutCost === 0) return dollars(cost.micros);
  return cost.micros === 0 ? "price unknown" : `${dollars(cost.micros)} or more`;
}

/** Why the sums may be more than is shown; null when they are all there is. */
export function missingWords({
  withoutCost,
  withoutUsage,
}: Pick<BrokerUsage, "withoutCost" | "withoutUsage">): string | null {
  const answers = (count: number) => (count === 1 ? "1 answer" : `${grouped(count)} answers`);
  const parts = [
    withoutCost === 0 ? "" : `the price of ${answers(withoutCost)} is not known`,
    withoutUsage === 0 ? "" : `${answers(withoutUsage)} did not tell what was used`,
  ].filter(Boolean);
  if (parts.length === 0) return null;
  const text = parts.join(", and ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}: it is more than is counted.`;
}

/** "$5.00 or 2 M tokens"; null without any. */
export function limitWords({ tokens, costMicros }: UsageLimits): string | null {
  const parts = [
    costMicros === null ? "" : dollars(costMicros),
    tokens === null ? "" : `${shortCount(tokens)} tokens`,
  ].filter(Boolean);
  return parts.length === 0 ? null : parts.join(" or ");
}

/** How much of the limit that is nearest is used, 0 to 1 and beyond; null without any. A cost nobody knows has used up all of it. */
export function limitShare({ limits, counted }: Pick<BrokerUsage, "limits" | "counted">): number | null {
  const shares = [
    limits.tokens === null ? null : counted.tokens / limits.tokens,
    limits.costMicros === null ? null : counted.costMicros === null ? 1 : counted.costMicros / limits.costMicros,
  ].filter((share) => share !== null);
  return shares.length === 0 ? null : Math.max(...shares);
}

/** A limit that lets a bottle go on for as long again: what a person most likely wants when it was reached. */
export function raised({ tokens, costMicros }: UsageLimits): UsageLimits {
  return { tokens: tokens && tokens * 2, costMicros: costMicros && costMicros * 2 };
}

/** Dollars as the meter reckons them, and millionths of them as everybody else is told. */
import type { UsageLimits } from "#shared/contract/broker.ts";
import type { Limits } from "./limits.ts";

export const noLimits: UsageLimits = { tokens: null, costMicros: null };

export function micros(dollars: number): number {
  return Math.round(dollars * 1e6);
}

export function limitsView({ tokens, costUsd }: Limits): UsageLimits {
  return { tokens: tokens ?? null, costMicros: costUsd === undefined ? null : Math.max(1, micros(costUsd)) };
}

export function limitsOf({ tokens, costMicros }: UsageLimits): Limits {
  return { ...(tokens === null ? {} : { tokens }), ...(costMicros === null ? {} : { costUsd: costMicros / 1e6 }) };
}

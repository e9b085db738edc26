/**
 * The broker: what each bottle has asked providers for, what that used and cost, and the limit that ends it. Requests are known by method, host,
 * path, status, bytes, time and decision: never a query, a header's value or a body.
 */
import { z } from "zod";
import { bottleId, liveList, procedure, timestamp } from "./base.ts";

/** Millionths of a US dollar: the smallest unit in which providers' prices come to whole numbers. */
export const costMicros = z.int().min(0);

/** Null: none. What is on its way when a limit is reached still comes to its end. */
export const usageLimits = z.strictObject({
  /** Input and output together. */
  tokens: z.int().min(1).max(1_000_000_000_000).nullable(),
  costMicros: z.int().min(1).max(1_000_000_000_000).nullable(),
});
export type UsageLimits = z.infer<typeof usageLimits>;

/** What a bottle or a run has used, also after its end. */
export const brokerUsage = z.strictObject({
  /** Its owner's. */
  id: z.string(),
  owner: z.enum(["bottle", "run"]),
  /** Its listener is open. */
  open: z.boolean(),
  openedAt: timestamp,
  /** Null while it is open, or when Cellar ended before it did. */
  closedAt: timestamp.nullable(),
  requests: z.int(),
  /** On their way now. */
  active: z.int(),
  /** By the broker, before anything left. */
  refused: z.int(),
  /** On their way, or by an upstream that could not be reached. */
  failed: z.int(),
  bytesUp: z.int(),
  bytesDown: z.int(),
  /** Times a secret was sent back by an upstream and taken out. */
  redactions: z.int(),
  /** Answers of models. */
  answers: z.int(),
  /** All input, what came from and went into caches included. */
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  /** Part of the output. */
  reasoningTokens: z.int(),
  /** What is known of the cost; more where `withoutCost` is not 0. */
  cost: z.strictObject({ currency: z.literal("USD"), micros: costMicros }),
  /** Answers that did not tell their usage to the end: more tokens were used than are counted. */
  withoutUsage: z.int(),
  /** Answers whose price is not known. */
  withoutCost: z.int(),
  limits: usageLimits,
  /** What counts towards the limits: what was told, and what answers that told nothing may have used. Null: the cost of one is not known. */
  counted: z.strictObject({ tokens: z.int(), costMicros: costMicros.nullable() }),
  /** Why nothing more may be used, as a sentence; null while it may. */
  reached: z.string().nullable(),
});
export type BrokerUsage = z.infer<typeof brokerUsage>;

export const brokerRequest = z.strictObject({
  id: z.string(),
  at: timestamp,
  method: z.string(),
  /** The route it took; null when there is none for it. */
  route: z.string().nullable(),
  host: z.string().nullable(),
  /** As the program asked, without its query. */
  path: z.string(),
  /** What the program was answered; null when it went away before. */
  status: z.int().nullable(),
  bytesUp: z.int(),
  bytesDown: z.int(),
  redactions: z.int(),
  ms: z.number(),
  /** `answered` by the broker itself; `refused` by it; `failed` on the way; `cut` after the answer had begun; `cancelled` by the program. */
  decision: z.enum(["forwarded", "answered", "refused", "failed", "cut", "cancelled"]),
  /** Why, when it was not simply forwarded. */
  reason: z.string().nullable(),
});
export type BrokerRequest = z.infer<typeof brokerRequest>;

/** The sums at a moment, so that they can be plotted. */
export const usagePoint = z.strictObject({ at: timestamp, tokens: z.int(), costMicros });
export type UsagePoint = z.infer<typeof usagePoint>;

export const broker = {
  /** What every bottle and run that is remembered has used, the oldest first. */
  watch: procedure.input(z.strictObject({})).output(liveList(brokerUsage)),
  /** The newest requests of a bottle, at most 500, oldest first; also of one that has ended. */
  watchRequests: procedure.input(z.strictObject({ id: bottleId })).output(liveList(brokerRequest)),
  /** How the sums of a bottle have grown, at most 240 points, oldest first. */
  history: procedure.input(z.strictObject({ id: bottleId })).output(z.array(usagePoint)),
  /** Sets both limits of a bottle that runs. Below what is used already, its next request is refused; above, a refused program can go on. */
  setLimits: procedure.input(z.strictObject({ id: bottleId, limits: usageLimits })).output(brokerUsage),
};

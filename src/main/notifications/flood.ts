/** Keeps a program from flooding a person: so many notifications of a kind from one terminal, then they are only counted. */
import type { NotificationKind } from "#shared/contract/notifications.ts";

/** How many may come at once, and how many milliseconds until one more may. Kinds that are told once only need no limit. */
const limits: Partial<Record<NotificationKind, { burst: number; refillMs: number }>> = {
  bell: { burst: 1, refillMs: 30_000 },
  program: { burst: 5, refillMs: 10_000 },
  "agent-waiting": { burst: 10, refillMs: 5_000 },
  "agent-permission": { burst: 10, refillMs: 5_000 },
  "agent-done": { burst: 10, refillMs: 5_000 },
  "agent-failed": { burst: 10, refillMs: 5_000 },
  notify: { burst: 20, refillMs: 3_000 },
};

type Bucket = { tokens: number; at: number };

export class FloodGate {
  readonly #buckets = new Map<string, Map<NotificationKind, Bucket>>();

  /** Whether a notification of this kind may be made now; each `true` counts. `now` is in milliseconds. */
  admits(terminalId: string, kind: NotificationKind, now: number): boolean {
    const limit = limits[kind];
    if (limit === undefined) return true;
    const kinds = this.#buckets.get(terminalId) ?? new Map<NotificationKind, Bucket>();
    this.#buckets.set(terminalId, kinds);
    const bucket = kinds.get(kind) ?? { tokens: limit.burst, at: now };
    const tokens = Math.min(limit.burst, bucket.tokens + Math.max(0, now - bucket.at) / limit.refillMs);
    const admitted = tokens >= 1;
    kinds.set(kind, { tokens: admitted ? tokens - 1 : tokens, at: now });
    return admitted;
  }

  forget(terminalId: string): void {
    this.#buckets.delete(terminalId);
  }
}

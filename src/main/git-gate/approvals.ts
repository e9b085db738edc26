/** Pushes that need a person's yes: held for a while, then to be pushed again. An answer is for exactly what would be done. */
import { createHash } from "node:crypto";
import { Failure } from "#shared/failure.ts";
import type { EventLog } from "./event-log.ts";
import type { Update } from "./rules.ts";

export type Answer = "approved" | "refused" | "unanswered" | "gone";

/** Pushes that may hold a connection and a person's attention at the same time. */
const mostHeld = 8;

export class Approvals {
  readonly #log: EventLog;
  readonly #held = new Map<string, (answer: Answer) => void>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  get mayHold(): boolean {
    return this.#held.size < mostHeld;
  }

  /** Until somebody answers, the time is over, or the agent has gone. */
  async hold(id: string, ms: number, gone: AbortSignal): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => resolve("unanswered"), ms);
    const abort = () => resolve("gone");
    if (gone.aborted) abort();
    gone.addEventListener("abort", abort, { once: true });
    this.#held.set(id, resolve);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      gone.removeEventListener("abort", abort);
      this.#held.delete(id);
    }
  }

  /** Throws `not_found`, and `conflict` for what cannot be let pass. */
  approve(id: string): void {
    this.#answerable(id);
    const held = this.#held.get(id);
    if (held !== undefined) {
      held("approved");
      return;
    }
    this.#log.change(id, {
      outcome: "approved",
      detail: "You have let it pass: it does when the agent pushes the same again.",
      canApprove: false,
      waitsUntil: null,
    });
  }

  /** Throws as {@link approve}. */
  refuse(id: string): void {
    const event = this.#log.list.get(id);
    if (event?.outcome !== "approved") this.#answerable(id);
    this.#log.change(id, {
      outcome: "refused",
      reason: "refused_by_person",
      detail: "You have refused it.",
      canApprove: false,
      waitsUntil: null,
    });
    this.#held.get(id)?.("refused");
  }

  close(): void {
    for (const answer of this.#held.values()) answer("gone");
  }

  #answerable(id: string): void {
    const event = this.#log.list.get(id);
    if (event === undefined) throw new Failure("not_found", `there is no push ${id}`);
    if (!event.canApprove)
      throw new Failure("conflict", "this push does not wait for an answer", {
        hint: "It was answered, or its bottle has ended.",
      });
  }
}

/** The same for pushes that would do the same to the same repository. */
export function digestOf(repository: string, upstream: string, updates: readonly Update[]): string {
  const sorted = updates.map(({ ref, old, new: next }) => [ref, old, next]).sort();
  return createHash("sha256")
    .update(JSON.stringify([repository, upstream, sorted]))
    .digest("hex");
}

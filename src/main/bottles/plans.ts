/** Plans that were shown and not launched yet. They exist in main's memory only: one that nobody launches leaves nothing. */
import { randomBytes } from "node:crypto";
import { Failure } from "#shared/failure.ts";

/** A summary that was left open for longer may no longer say what is true. */
const planLifetimeMs = 30 * 60_000;
/** A script that prepares without end must not fill the memory. */
const mostPlans = 200;

export class Plans<Plan> {
  readonly #plans = new Map<string, { plan: Plan; expires: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(plan: (id: string, expiresAt: string) => Plan): Plan {
    const id = `plan-${randomBytes(16).toString("hex")}`;
    const expires = this.#now() + planLifetimeMs;
    const made = plan(id, new Date(expires).toISOString());
    this.#plans.set(id, { plan: made, expires });
    for (const old of this.#plans.keys()) {
      if (this.#plans.size <= mostPlans) break;
      this.#plans.delete(old);
    }
    return made;
  }

  /** The plan, which can be looked at again. Throws `not_found`. */
  get(id: string): Plan {
    const found = this.#plans.get(id);
    if (found === undefined || found.expires < this.#now()) {
      this.#plans.delete(id);
      throw new Failure("not_found", "This plan was launched, discarded, or is too old", { hint: "Make a new one." });
    }
    return found.plan;
  }

  /** The plan, once: whoever asks next finds none. */
  take(id: string): Plan {
    const plan = this.get(id);
    this.#plans.delete(id);
    return plan;
  }

  /** Throws `not_found`. */
  discard(id: string): void {
    this.take(id);
  }
}

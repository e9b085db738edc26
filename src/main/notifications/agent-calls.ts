/**
 * Notifications that launched programs send their terminal (OSC 9, 99, 777). Most of them say what the activity says too, a moment earlier or
 * later, and the person is told once.
 */
import type { Activity } from "#shared/contract/activities.ts";
import type { Draft } from "./rules.ts";

/** How long one is held back to see whether the activity says the same, in ms. */
const heldMs = 1_000;
/** What comes so soon after a change of the activity was told is about that change, in ms. */
const sameMomentMs = 3_000;

export class AgentCalls {
  readonly #activityOf: (terminalId: string) => Activity | undefined;
  readonly #tell: (draft: Draft) => void;
  readonly #toldAt = new Map<string, number>();
  readonly #held = new Set<NodeJS.Timeout>();

  constructor(activityOf: (terminalId: string) => Activity | undefined, tell: (draft: Draft) => void) {
    this.#activityOf = activityOf;
    this.#tell = tell;
  }

  /** A change of the activity was told just now. */
  told(terminalId: string): void {
    this.#toldAt.set(terminalId, Date.now());
  }

  /** A program has sent a notification; one of a terminal without an activity is told at once. */
  said(terminalId: string, draft: Draft | null): void {
    if (draft === null) return;
    if (this.#activityOf(terminalId) === undefined) {
      this.#tell(draft);
      return;
    }
    const timer = setTimeout(() => {
      this.#held.delete(timer);
      if (!this.#isToldAlready(terminalId)) this.#tell(draft);
    }, heldMs);
    this.#held.add(timer);
  }

  forget(terminalId: string): void {
    this.#toldAt.delete(terminalId);
  }

  close(): void {
    for (const timer of this.#held) clearTimeout(timer);
  }

  #isToldAlready(terminalId: string): boolean {
    const told = this.#toldAt.get(terminalId);
    if (told !== undefined && Date.now() - told < sameMomentMs) return true;
    // A program whose hooks say that it wants the person reminds them of it in its own way.
    const activity = this.#activityOf(terminalId);
    return activity?.source === "hook" && activity.state !== "working" && activity.state !== "unknown";
  }
}

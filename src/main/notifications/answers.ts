/** What an action of a notification does: what the same click in the window does, through the same services. */
import type { LiveListEvent } from "#shared/contract/base.ts";
import type { Cell } from "#shared/contract/cells.ts";
import type { GatewayDecision } from "#shared/contract/gateway.ts";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import type { Notification, NotificationAction } from "#shared/contract/notifications.ts";
import type { Proposal, ProposalDecision } from "#shared/contract/supervise.ts";
import { Failure } from "#shared/failure.ts";

export type AnswersParts = {
  gateways: {
    allow(decisionId: string, scope: "bottle" | "workspace"): unknown;
    refuse(decisionId: string): void;
    watch(signal: AbortSignal): AsyncIterable<LiveListEvent<GatewayDecision>>;
  };
  proposals: {
    get(id: string): Proposal | undefined;
    decide(id: string, decision: ProposalDecision): Promise<unknown>;
    onAnswered(listener: (proposal: Proposal) => void): () => void;
  };
  pushes: {
    approve(id: string): void;
    refuse(id: string): void;
    watch(signal: AbortSignal): AsyncIterable<LiveListEvent<GitGateEvent>>;
  };
  cells: {
    held(terminalId: string): Cell | undefined;
    interrupt(terminalId: string): Promise<unknown>;
  };
};

export class Answers {
  readonly #parts: AnswersParts;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** Throws what the service throws; `conflict` for what cannot be done (any more). */
  async give(note: Notification, action: NotificationAction): Promise<void> {
    const { about } = note;
    if (about?.type === "decision") this.#decision(about.id, action);
    else if (about?.type === "proposal")
      await this.#parts.proposals.decide(about.id, this.#decisionOn(about.id, action));
    else if (about?.type === "push") this.#push(about.id, action);
    else if (action === "interrupt") await this.#interrupt(note);
    else throw new Failure("conflict", "there is nothing to answer here");
  }

  /** Calls back with what became of each thing that was asked; until `signal` is aborted. */
  follow(became: (id: string, left: (action: NotificationAction) => boolean) => void, signal: AbortSignal): void {
    const { gateways, proposals, pushes } = this.#parts;
    const stop = proposals.onAnswered(({ id }) => became(id, () => false));
    signal.addEventListener("abort", stop, { once: true });
    void each(gateways.watch(signal), ({ id, outcome, canAllow }) => {
      // Nobody answered in time: it can still be allowed for the next try.
      if (outcome === "denied" && canAllow) became(id, (action) => action !== "refuse");
      else if (outcome !== "waiting") became(id, () => false);
    });
    void each(pushes.watch(signal), ({ id, canApprove }) => {
      if (!canApprove) became(id, () => false);
    });
  }

  #decision(id: string, action: NotificationAction): void {
    if (action === "refuse") this.#parts.gateways.refuse(id);
    else this.#parts.gateways.allow(id, action === "allow-workspace" ? "workspace" : "bottle");
  }

  #decisionOn(id: string, action: NotificationAction): ProposalDecision {
    const ask = this.#parts.proposals.get(id)?.ask;
    if (ask === undefined) throw new Failure("not_found", `there is no proposal ${id} (any more)`);
    if (action === "refuse") return { type: "reject", note: "" };
    if (ask.kind === "host") {
      const { kind: _, ...reach } = ask;
      return { type: "host", reach, scope: action === "allow-workspace" ? "workspace" : "bottle", note: "" };
    }
    if (ask.kind === "capability") return { type: "capability", capability: ask.capability, note: "" };
    throw new Failure("conflict", "this needs an answer in words");
  }

  #push(id: string, action: NotificationAction): void {
    if (action === "refuse") this.#parts.pushes.refuse(id);
    else this.#parts.pushes.approve(id);
  }

  /** Only the cell that was told of: another one may hold the terminal by now. */
  async #interrupt({ terminalId, cellId }: Notification): Promise<void> {
    if (terminalId === null || this.#parts.cells.held(terminalId)?.id !== cellId) {
      throw new Failure("conflict", "this cell does not hold its terminal any more");
    }
    await this.#parts.cells.interrupt(terminalId);
  }
}

async function each<Item extends { id: string }>(
  events: AsyncIterable<LiveListEvent<Item>>,
  change: (item: Item) => void,
): Promise<void> {
  for await (const event of events) {
    if (event.type === "all") for (const item of event.items) change(item);
    else if (event.type === "changed") change(event.item);
  }
}

/** Whether all of its kind stand on one panel, where each can be answered. */
export function hasPanel({ about }: Notification): boolean {
  return about?.type === "decision" || about?.type === "proposal" || about?.type === "push";
}

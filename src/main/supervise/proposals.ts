/**
 * Proposals of all bottles: made by agents, answered by the person, looked up by agents again. A proposal is a row, so that neither a restart of main
 * nor an agent that stopped waiting loses it; whoever waits is told when the answer comes.
 */
import { randomBytes } from "node:crypto";
import type { Database } from "#node/store/index.ts";
import type { LiveListEvent } from "#shared/contract/base.ts";
import type { GatewayRule, GatewayRuleFields, GatewayScope } from "#shared/contract/gateway.ts";
import type { Ask, AuditEntry, Proposal, ProposalDecision } from "#shared/contract/supervise.ts";
import { Failure } from "#shared/failure.ts";
import { goneBy, LiveList } from "#shared/live-list.ts";
import { answerTo } from "./answers.ts";
import { AuditLog } from "./audit.ts";
import { superfluous, tooMuch } from "./limits.ts";
import { ProposalStore } from "./store.ts";

/** Who asks: the launch in a bottle. */
export type Asker = Pick<Proposal, "bottleId" | "label" | "workspaceId" | "launchId" | "programName">;

export type ProposalsParts = {
  database: Database.Database;
  /** File of the audit log. */
  auditPath: string;
  gateways: {
    addRule(fields: GatewayRuleFields, scope: GatewayScope): GatewayRule;
    removeRule(id: string): void;
    trusted(bottleId: string): Promise<void>;
  };
  bottles: {
    watch(signal: AbortSignal): AsyncIterable<LiveListEvent<{ id: string }>>;
    /** Whether a rule for it alone would be of use. */
    runs(bottleId: string): boolean;
  };
  /** The launch whose conversation this one continues; null for a new one, or one that is not known (any more). */
  resumedFrom(launchId: string): string | null;
};

export class Proposals {
  readonly list = new LiveList<Proposal>();
  readonly #parts: ProposalsParts;
  readonly #store: ProposalStore;
  readonly #audit: AuditLog;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #made = new Set<(proposal: Proposal) => void>();
  readonly #answered = new Set<(proposal: Proposal) => void>();
  readonly #stop = new AbortController();

  constructor(parts: ProposalsParts) {
    this.#parts = parts;
    this.#store = new ProposalStore(parts.database);
    this.#audit = new AuditLog(parts.auditPath);
    this.list.reset(this.#store.all());
  }

  /** Follows the bottles from now on. */
  start(): void {
    void this.#followBottles();
  }

  /** Proposals stay as they are; whoever waits for one does so no longer. */
  close(): void {
    this.#stop.abort();
    for (const id of [...this.#waiting.keys()]) this.#wake(id);
  }

  /** The same thing asked twice is one proposal while it is not answered. Throws `refused` when it is too much. */
  propose(asker: Asker, ask: Ask, reason: string): Proposal {
    const all = this.list.values();
    const same = all.find(
      ({ state, bottleId, ask: other }) =>
        state === "pending" && bottleId === asker.bottleId && JSON.stringify(other) === JSON.stringify(ask),
    );
    if (same !== undefined) return same;
    const problem = tooMuch(all, asker.bottleId, Date.now());
    if (problem !== null) {
      throw new Failure("refused", problem, {
        hint: "Go on with what you can do, and look later whether there is an answer.",
      });
    }
    const proposal: Proposal = {
      id: `prop-${randomBytes(6).toString("hex")}`,
      ...asker,
      ask,
      reason,
      state: "pending",
      answer: null,
      createdAt: new Date().toISOString(),
    };
    this.#save(proposal);
    this.#forget(superfluous(this.list.values()));
    for (const listener of this.#made) listener(proposal);
    return proposal;
  }

  /** The proposal when it is answered, after `ms`, or when `gone` is aborted, whichever comes first. */
  async wait(id: string, ms: number, gone: AbortSignal): Promise<Proposal> {
    if (this.#get(id).state === "pending" && ms > 0 && !gone.aborted && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => {
        const waiting = this.#waiting.get(id) ?? new Set();
        const done = () => {
          clearTimeout(timer);
          gone.removeEventListener("abort", done);
          waiting.delete(done);
          if (waiting.size === 0) this.#waiting.delete(id);
          resolve();
        };
        const timer = setTimeout(done, ms);
        gone.addEventListener("abort", done, { once: true });
        this.#waiting.set(id, waiting.add(done));
      });
    }
    return this.#get(id);
  }

  /** One that this launch made, or an earlier launch of the same conversation. Throws `not_found`, whether or not there is such a one. */
  ofAsker(id: string, { launchId }: Pick<Asker, "launchId">): Proposal {
    const proposal = this.list.get(id);
    if (proposal === undefined || !this.#launchesOf(launchId).includes(proposal.launchId)) {
      throw new Failure("not_found", `Unknown proposal: ${id}`);
    }
    return proposal;
  }

  /** All of this launch, and of earlier launches of the same conversation, the latest last. */
  allOf({ launchId }: Pick<Asker, "launchId">): Proposal[] {
    const launches = this.#launchesOf(launchId);
    return this.list.values().filter((proposal) => launches.includes(proposal.launchId));
  }

  /** Throws `not_found`, `conflict` when it is answered already, `invalid_input` for an answer to something else. What is allowed counts when it resolves. */
  async decide(id: string, decision: ProposalDecision): Promise<Proposal> {
    const proposal = this.#get(id);
    if (proposal.state !== "pending") {
      throw new Failure("conflict", `This was answered already: ${proposal.state}`);
    }
    const { state, answer, rule } = answerTo(proposal, decision);
    if (rule?.scope.type === "bottle" && !this.#parts.bottles.runs(proposal.bottleId)) {
      throw new Failure("conflict", `The bottle '${proposal.label}' does not run any more`, {
        hint: "Allow it for the workspace, or refuse it.",
      });
    }
    // The rule first: a row that says yes while nothing is allowed would be a lie, and the same rule twice is one.
    const made = rule === null ? null : this.#parts.gateways.addRule(rule.fields, rule.scope);
    const now: Proposal = { ...proposal, state, answer: { ...answer, ruleId: made?.id ?? null } };
    try {
      this.#save(now);
    } catch (error) {
      // It was not written down, so it must not hold; one that was there before stays.
      if (made !== null && made.createdAt >= answer.at) this.#parts.gateways.removeRule(made.id);
      throw error;
    }
    if (made !== null) await this.#parts.gateways.trusted(proposal.bottleId);
    this.#wake(id);
    for (const listener of this.#answered) listener(now);
    return now;
  }

  async audit(bottleId: string | undefined, lines: number): Promise<{ path: string; entries: AuditEntry[] }> {
    return { path: this.#audit.path, entries: await this.#audit.read(bottleId, lines) };
  }

  /** Calls back for each that is made. Returns what ends it. */
  onMade(listener: (proposal: Proposal) => void): () => void {
    this.#made.add(listener);
    return () => this.#made.delete(listener);
  }

  /** The same for each that is answered. */
  onAnswered(listener: (proposal: Proposal) => void): () => void {
    this.#answered.add(listener);
    return () => this.#answered.delete(listener);
  }

  #get(id: string): Proposal {
    const proposal = this.list.get(id);
    if (proposal === undefined) throw new Failure("not_found", `There is no proposal ${id} (any more)`);
    return proposal;
  }

  #launchesOf(launchId: string): string[] {
    const launches = [launchId];
    for (let at = this.#parts.resumedFrom(launchId); at !== null && !launches.includes(at); ) {
      launches.push(at);
      at = this.#parts.resumedFrom(at);
    }
    return launches;
  }

  #save(proposal: Proposal): void {
    this.#audit.note(proposal);
    this.#store.save(proposal);
    this.list.set(proposal);
  }

  #wake(id: string): void {
    for (const done of [...(this.#waiting.get(id) ?? [])]) done();
  }

  #forget(proposals: readonly Proposal[]): void {
    if (proposals.length === 0) return;
    this.#store.remove(proposals.map(({ id }) => id));
    for (const { id } of proposals) {
      this.list.remove(id);
      this.#wake(id);
    }
  }

  /** A bottle that is forgotten takes its proposals along. */
  async #followBottles(): Promise<void> {
    for await (const event of this.#parts.bottles.watch(this.#stop.signal)) {
      const gone = goneBy(event);
      this.#forget(this.list.values().filter(({ bottleId }) => gone(bottleId)));
    }
  }
}

/** The gateways of all bottles: opens and closes them, keeps the rules that people made, and answers what waits. */
import { OneAtATime } from "#node/one-at-a-time.ts";
import type { Secret } from "#node/secret.ts";
import type { Database } from "#node/store/index.ts";
import {
  type GatewayCounters,
  type GatewayDecision,
  type GatewayRule,
  type GatewayRuleFields,
  type GatewayScope,
  gatewayRuleFields,
} from "#shared/contract/gateway.ts";
import { Failure } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import type { BrokeredHost } from "../bottles/index.ts";
import type { Dialer } from "../egress/index.ts";
import { BottleGateway, type OpenedGateway, warmUp } from "./bottle-gateway.ts";
import { DecisionLog } from "./decision-log.ts";
import type { Listen } from "./listeners.ts";
import { type NewRule, RuleStore, ruleFrom } from "./rule-store.ts";

export type GatewaysParts = {
  database: Database.Database;
  dialer: Dialer;
  /** How long a request to an unknown host waits for a person. */
  holdSeconds: () => number;
};

export type GatewayOptions = {
  bottleId: string;
  workspaceId: string | null;
  /** The bottle's own folder on the host; it does not see it. Made 0700 when missing. */
  folder: string;
  /** Where certificates for the bottle's programs are put; the bottle sees it and cannot write it. */
  trustFolder: string;
  listen: Listen;
  /** What the broker serves for it. */
  brokered?: readonly BrokeredHost[];
  /** What the manifest, the agent program and the launch allow. */
  base: readonly NewRule[];
  /** The value of a credential that a rule of `base` names; asked for each request. Rejects with a Failure that says why there is none. */
  secretOf?: (handle: string) => Promise<Secret>;
  /** What detectors look for. Called per request, so that a locked vault or a new secret counts at once. */
  knownSecrets?: () => readonly Secret[];
};

/** Somebody should be asked for a host. */
export type HostAsked = { decision: GatewayDecision; workspaceId: string | null };

/** Milliseconds between two updates of the counters. */
const countersMs = 250;

type Opened = { gateway: BottleGateway; options: GatewayOptions; base: readonly GatewayRule[] };

export class Gateways {
  readonly list = new LiveList<GatewayCounters>();
  /** Those that people made, and those that came with an open bottle. */
  readonly rules = new LiveList<GatewayRule>();
  readonly #parts: GatewaysParts;
  readonly #log: DecisionLog;
  readonly #rules: RuleStore;
  readonly #open = new Map<string, Opened>();
  readonly #turns = new OneAtATime();
  readonly #asked = new Set<(asked: HostAsked) => void>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: GatewaysParts) {
    this.#parts = parts;
    this.#log = new DecisionLog(parts.database);
    this.#rules = new RuleStore(parts.database);
    this.rules.reset(this.#rules.list.values());
  }

  /** For the person, when Cellar starts. */
  get notices(): readonly string[] {
    return this.#rules.problem === null ? [] : [this.#rules.problem];
  }

  get decisions(): LiveList<GatewayDecision> {
    return this.#log.list;
  }

  /**
   * Opens a bottle's way out. With the same options after a restart the same sockets, rules and authority are there again. Throws `conflict` when it
   * is open already, `unavailable` when it cannot listen, `failed` when its authority's key is damaged; nothing is left open then.
   */
  open(options: GatewayOptions): Promise<OpenedGateway> {
    const { bottleId } = options;
    return this.#turns.run(bottleId, async () => {
      if (this.#open.has(bottleId)) throw new Failure("conflict", `the gateway of ${bottleId} is open already`);
      const base = options.base.map((fields) => ruleFrom(fields, { type: "bottle", bottleId }, "base"));
      const gateway = new BottleGateway({
        policy: {
          bottleId,
          workspaceId: options.workspaceId,
          log: this.#log,
          holdMs: () => this.#parts.holdSeconds() * 1000,
          asked: ({ decision }) => {
            for (const listener of this.#asked) listener({ decision, workspaceId: options.workspaceId });
          },
          changed: () => this.#countersChanged(bottleId),
        },
        dialer: this.#parts.dialer,
        folder: options.folder,
        trustFolder: options.trustFolder,
        listen: options.listen,
        secretOf: options.secretOf ?? noSecret,
        knownSecrets: options.knownSecrets ?? (() => []),
        rules: this.#rulesOf(options, base),
        brokered: options.brokered ?? [],
      });
      const opened = await gateway.open();
      this.#open.set(bottleId, { gateway, options, base });
      this.list.set(gateway.counters);
      for (const rule of base) this.rules.set(rule);
      return opened;
    });
  }

  /** A bottle will be opened soon. */
  warmUp(): void {
    void warmUp();
  }

  /** Ends every connection of the bottle. Its decisions stay to be looked at until {@link forget}. */
  close(bottleId: string): Promise<void> {
    return this.#turns.run(bottleId, async () => this.#close(bottleId));
  }

  /** The bottle is gone for good, with the rules and decisions that were only its own. */
  async forget(bottleId: string): Promise<void> {
    await this.close(bottleId);
    this.#forgetRules({ type: "bottle", bottleId });
    this.#log.forget(bottleId);
  }

  /** The workspace is gone for good, with the rules that were only its own. */
  forgetWorkspace(workspaceId: string): void {
    this.#forgetRules({ type: "workspace", workspaceId });
  }

  /** Resolves when the files a bottle trusts are those of its rules of now. */
  async trusted(bottleId: string): Promise<void> {
    await this.#open.get(bottleId)?.gateway.trusted();
  }

  addRule(fields: GatewayRuleFields, scope: GatewayScope): GatewayRule {
    const rule = this.#rules.add(fields, scope);
    this.#rulesChanged();
    return rule;
  }

  /** Throws `not_found`, or `refused` for one that came with its bottle. */
  removeRule(id: string): void {
    if (this.rules.get(id)?.source === "base") {
      throw new Failure("refused", "this rule came with the bottle", {
        hint: "Add a rule that denies its host, or launch again without it.",
      });
    }
    this.#rules.remove(id);
    this.#rulesChanged();
  }

  /**
   * What a decision was about is allowed from now on, and what waits for it passes. Null: it passed this once. Throws `not_found`, and `conflict` when
   * a click cannot allow it (any more).
   */
  allow(decisionId: string, scope: GatewayScope["type"]): GatewayRule | null {
    const decision = this.#decision(decisionId);
    const opened = this.#open.get(decision.bottleId);
    if (opened?.gateway.policy.isOnce(decisionId)) {
      opened.gateway.policy.answer(decisionId, "allowed");
      return null;
    }
    if (!decision.canAllow) {
      throw new Failure("conflict", "this decision cannot be allowed by a click", {
        hint: "Add a rule that says what is to be allowed.",
      });
    }
    const ports = decision.port === null ? [] : [decision.port];
    const workspaceId = this.list.get(decision.bottleId)?.workspaceId ?? null;
    return this.addRule(plainRule(decision.host, ports), scopeOf(scope, decision.bottleId, workspaceId));
  }

  /** Throws `not_found`, and `conflict` when it does not wait (any more). */
  refuse(decisionId: string): void {
    const { bottleId } = this.#decision(decisionId);
    if (!this.#open.get(bottleId)?.gateway.policy.answer(decisionId, "refused")) {
      throw new Failure("conflict", "this request does not wait any more");
    }
  }

  /** Calls back for each host that somebody should be asked about, once. Returns the function that ends it. */
  onAsked(listener: (asked: HostAsked) => void): () => void {
    this.#asked.add(listener);
    return () => this.#asked.delete(listener);
  }

  /** Nothing gets out of any bottle after this. */
  stop(): void {
    for (const bottleId of [...this.#open.keys()]) this.#close(bottleId);
    clearTimeout(this.#timer);
    this.#log.close();
  }

  #close(bottleId: string): void {
    const opened = this.#open.get(bottleId);
    if (opened === undefined) return;
    opened.gateway.close();
    this.#open.delete(bottleId);
    this.list.remove(bottleId);
    for (const { id } of opened.base) this.rules.remove(id);
  }

  #decision(id: string): GatewayDecision {
    const decision = this.#log.list.get(id);
    if (decision === undefined) throw new Failure("not_found", `there is no gateway decision ${id} (any more)`);
    return decision;
  }

  #rulesOf({ bottleId, workspaceId }: GatewayOptions, base: readonly GatewayRule[]): readonly GatewayRule[] | null {
    if (this.#rules.problem !== null) return null;
    const own = this.#rules.list.values().filter(({ scope }) => {
      if (scope.type === "always") return true;
      return scope.type === "bottle" ? scope.bottleId === bottleId : scope.workspaceId === workspaceId;
    });
    return [...base, ...own];
  }

  #forgetRules(scope: GatewayScope): void {
    this.#rules.forget(scope);
    this.#rulesChanged();
  }

  #rulesChanged(): void {
    const own = new Map(this.#rules.list.values().map((rule) => [rule.id, rule]));
    for (const { id, source } of this.rules.values()) if (source === "person" && !own.has(id)) this.rules.remove(id);
    for (const rule of own.values()) if (this.rules.get(rule.id) === undefined) this.rules.set(rule);
    for (const { gateway, options, base } of this.#open.values()) gateway.rulesChanged(this.#rulesOf(options, base));
  }

  #countersChanged(bottleId: string): void {
    this.#changed.add(bottleId);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const id of this.#changed) {
        const gateway = this.#open.get(id)?.gateway;
        if (gateway !== undefined) this.list.set(gateway.counters);
      }
      this.#changed.clear();
    }, countersMs);
  }
}

function plainRule(host: string, ports: number[]): GatewayRuleFields {
  return gatewayRuleFields.parse({ host, ports });
}

async function noSecret(handle: string): Promise<never> {
  throw new Failure("unavailable", `nothing can be asked for the credential ${handle}`);
}

function scopeOf(type: GatewayScope["type"], bottleId: string, workspaceId: string | null): GatewayScope {
  if (type === "always") return { type };
  if (type === "bottle") return { type, bottleId };
  if (workspaceId === null)
    throw new Failure("conflict", "the workspace of this bottle is not known; allow it for the bottle");
  return { type, workspaceId };
}

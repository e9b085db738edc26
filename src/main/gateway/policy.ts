/**
 * One bottle's decisions: asks the rules, lets a request wait for a person where one can be asked, and keeps the log and the counters. Everything
 * that leaves the bottle passes through `judge` first.
 */
import { randomBytes } from "node:crypto";
import type { GatewayCounters, GatewayDecision, GatewayReason } from "#shared/contract/gateway.ts";
import type { DecisionLog } from "./decision-log.ts";
import { type Answer, Holds } from "./holds.ts";
import { readHost } from "./hosts.ts";
import { withoutQuery } from "./paths.ts";
import { type Denial, decide, type Permission, printable, type Question, type Rules, type Verdict } from "./rules.ts";

/** Somebody should be asked: told once per host. */
export type Asked = { decision: GatewayDecision };

export type PolicyParts = {
  bottleId: string;
  workspaceId: string | null;
  log: DecisionLog;
  rules: () => Rules;
  /** How long a request waits for a person; 0: not at all. */
  holdMs: () => number;
  asked: (asked: Asked) => void;
  /** Something of {@link Policy.counters} changed. */
  changed: () => void;
};

export type Judgement = {
  verdict: Verdict;
  question: Question;
  /** The log's entry of its waiting. */
  waitedId: string | null;
  /** The launch probe asked. */
  probe?: boolean;
};

/** Something allowed that goes on. */
export type Open = {
  readonly id: string;
  /** How much has passed, and how to end it when the rules stop allowing it. */
  follow(measure: () => Bytes, cut: () => void): void;
  /** Something about it for whoever reads the log, never a value. */
  note(sentences: readonly string[]): void;
  /** It is over. `failed` says why it came to nothing. */
  end(failed?: { reason: GatewayReason; detail: string }): void;
};
export type Bytes = { out: number; in: number };

type Entry = { id: string; question: Question; startedAt: number; measure: () => Bytes; last: Bytes; cut: () => void };

/** Milliseconds between two looks at what has passed. */
const measureMs = 1_000;
const none: Bytes = { out: 0, in: 0 };

export class Policy {
  readonly parts: PolicyParts;
  readonly #holds = new Holds();
  readonly #keys = new Map<string, string>();
  readonly #open = new Set<Entry>();
  #timer: NodeJS.Timeout | undefined;
  #allowed = 0;
  #denied = 0;
  #bytes = { out: 0, in: 0 };

  constructor(parts: PolicyParts) {
    this.parts = parts;
  }

  get counters(): Omit<GatewayCounters, "intercepted"> {
    return {
      id: this.parts.bottleId,
      workspaceId: this.parts.workspaceId,
      allowed: this.#allowed,
      denied: this.#denied,
      waiting: this.#keys.size,
      bytesOut: this.#bytes.out,
      bytesIn: this.#bytes.in,
      open: this.#open.size,
    };
  }

  /** Null: whoever asked has gone while waiting. `probe`: it is refused at once. */
  async judge(question: Question, gone: AbortSignal, probe = false): Promise<Judgement | null> {
    const verdict = decide(question, this.parts.rules());
    const ms = this.parts.holdMs();
    if (verdict.type !== "deny" || !verdict.canAllow || probe || ms === 0 || question.kind === "name") {
      return { verdict, question, waitedId: null, probe };
    }
    const key = holdKey(question);
    if (!this.#holds.admits(key)) return { verdict, question, waitedId: null };
    const waitedId = this.#ask(key, ms, question, verdict);
    const answer = await this.#holds.wait(key, gone);
    if (answer === null) return null;
    // Whatever was answered, the rules have the last word.
    return { verdict: decide(question, this.parts.rules()), question, waitedId };
  }

  /** Lets something that is allowed wait for a person all the same: a detector found something. True: it may pass, this once. */
  async askOnce(question: Question, detail: string, gone: AbortSignal): Promise<boolean> {
    const key = `once:${randomBytes(8).toString("hex")}`;
    const denial: Denial = { type: "deny", reason: "detected", detail, rule: null, canAllow: true };
    const ms = this.parts.holdMs();
    if (ms === 0 || !this.#holds.admits(key)) return false;
    this.#ask(key, ms, question, denial);
    return (await this.#holds.wait(key, gone)) === "allowed";
  }

  /** Writes down that it is refused. */
  deny({ question, waitedId, probe = false }: Omit<Judgement, "verdict">, denial: Denial): GatewayDecision {
    // What has to be refused is no news, and nothing to be allowed by a click.
    const seen = probe ? { ...denial, canAllow: false } : denial;
    if (!probe) this.#denied += 1;
    this.parts.changed();
    // What waited was written down when it was answered.
    const waited = waitedId === null ? undefined : this.parts.log.list.get(waitedId);
    return (
      waited ??
      this.parts.log.add({ ...this.#about(question), ...fieldsOf(seen), outcome: "denied", intercepted: false, probe })
    );
  }

  /** Writes down that it goes on. */
  begin({ question, waitedId }: Judgement, permission: Permission, intercepted: boolean): Open {
    this.#allowed += 1;
    const { log } = this.parts;
    const allowed = {
      outcome: "allowed" as const,
      reason: waitedId === null ? ("allowed" as const) : ("allowed_by_person" as const),
      detail: permission.credential === null ? "" : `With ${permission.credential.handle} of the vault put in`,
      ruleId: permission.rule.id,
      intercepted,
      canAllow: false,
      probe: false,
    };
    const { id } =
      (waitedId === null ? undefined : log.change(waitedId, { ...allowed, waitsUntil: null, durationMs: null })) ??
      log.add({ ...this.#about(question), ...allowed });
    const entry: Entry = { id, question, startedAt: Date.now(), measure: () => none, last: none, cut: () => {} };
    this.#open.add(entry);
    this.#timer ??= setInterval(() => this.#measure(), measureMs).unref();
    this.parts.changed();
    return {
      id,
      follow: (measure, cut) => {
        entry.measure = measure;
        entry.cut = cut;
      },
      note: (sentences) => {
        if (sentences.length === 0) return;
        const before = log.list.get(id)?.detail ?? "";
        log.change(id, { detail: [before, ...sentences].filter(Boolean).map(capitalised).join(". ") });
      },
      end: (failed) => this.#end(entry, failed),
    };
  }

  /** Answers what a decision waits for. False when it does not wait (any more). */
  answer(decisionId: string, answer: Answer): boolean {
    const key = this.#keys.get(decisionId);
    return key !== undefined && this.#holds.answer(key, answer);
  }

  /** Whether a yes to it passes this once, instead of being a rule. */
  isOnce(decisionId: string): boolean {
    return this.#keys.get(decisionId)?.startsWith("once:") ?? false;
  }

  /** Lets pass what is allowed now, and ends what is not any more. */
  rulesChanged(): void {
    const rules = this.parts.rules();
    this.#holds.answerAllowed((key) => {
      const question = questionOf(key);
      return question !== null && decide(question, rules).type !== "deny";
    });
    for (const { question, cut } of [...this.#open]) if (decide(question, rules).type === "deny") cut();
  }

  close(): void {
    this.#holds.close();
    for (const entry of [...this.#open]) {
      entry.cut();
      this.#end(entry);
    }
  }

  #ask(key: string, ms: number, question: Question, denial: Denial): string | null {
    if (this.#holds.isAsked(key)) return null;
    const { log, asked, changed } = this.parts;
    const entry = log.add({
      ...this.#about(question),
      ...fieldsOf(denial),
      outcome: "waiting",
      intercepted: false,
      probe: false,
    });
    const waitsUntil = new Date(Date.now() + ms).toISOString();
    const decision = log.change(entry.id, { waitsUntil }) ?? entry;
    this.#keys.set(entry.id, key);
    this.#holds.ask(key, ms, (answer) => {
      this.#keys.delete(entry.id);
      const outcome = answer === "allowed" ? ("allowed" as const) : ("denied" as const);
      const reason = answer === "allowed" ? "allowed_by_person" : denial.reason;
      const canAllow = answer !== "allowed" && denial.reason !== "detected";
      log.change(entry.id, {
        outcome,
        reason,
        canAllow,
        waitsUntil: null,
        durationMs: Date.now() - Date.parse(entry.at),
      });
      changed();
    });
    asked({ decision });
    changed();
    return entry.id;
  }

  #end(entry: Entry, failed?: { reason: GatewayReason; detail: string }): void {
    if (!this.#open.delete(entry)) return;
    this.#take(entry);
    const durationMs = Date.now() - entry.startedAt;
    const { in: bytesIn, out: bytesOut } = entry.last;
    this.parts.log.change(entry.id, { durationMs, bytesIn, bytesOut, ...(failed ?? {}) });
    if (this.#open.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.parts.changed();
  }

  #measure(): void {
    for (const entry of this.#open) {
      const before = entry.last;
      this.#take(entry);
      const { in: bytesIn, out: bytesOut } = entry.last;
      if (before.in !== bytesIn || before.out !== bytesOut) this.parts.log.change(entry.id, { bytesIn, bytesOut });
    }
    this.parts.changed();
  }

  #take(entry: Entry): void {
    const now = entry.measure();
    this.#bytes.in += now.in - entry.last.in;
    this.#bytes.out += now.out - entry.last.out;
    entry.last = now;
  }

  #about(question: Question) {
    return {
      bottleId: this.parts.bottleId,
      kind: question.kind,
      host: readHost(question.host)?.text ?? printable(question.host),
      port: question.kind === "name" ? null : question.port,
      method: question.kind === "request" ? question.method : null,
      path: question.kind === "request" ? printable(withoutQuery(question.path)) : null,
    };
  }
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function fieldsOf({ reason, detail, rule, canAllow }: Denial) {
  return { reason, detail, ruleId: rule?.id ?? null, canAllow };
}

/** Of a host and port; what is asked inside of them waits for the same answer. */
function holdKey(question: Exclude<Question, { kind: "name" }>): string {
  return `${question.port} ${readHost(question.host)?.text ?? question.host}`;
}

function questionOf(key: string): Question | null {
  const match = /^(\d+) (.+)$/.exec(key);
  return match === null ? null : { kind: "tunnel", port: Number(match[1]), host: match[2]! };
}

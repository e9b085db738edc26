/**
 * A push from its first byte to upstream's answer: names, then content in a quarantine, then a person where the rules want one, then upstream. All
 * refs of a push share its fate until upstream is asked.
 */
import type { Writable } from "node:stream";
import type { Secret } from "#node/secret.ts";
import type { GitGateEvent, GitGateUpdate } from "#shared/contract/git-gate.ts";
import { type Approvals, digestOf } from "./approvals.ts";
import { type PushHead, readPushHead } from "./commands.ts";
import type { Door } from "./door.ts";
import type { EventLog } from "./event-log.ts";
import type { GateLimits } from "./limits.ts";
import { passOn } from "./pass-on.ts";
import { LineReader } from "./pkt-line.ts";
import { concludedPassed, isUnforeseen, NamesRefused, notPassed, Pending, passedReports } from "./push-end.ts";
import { PushRefused } from "./push-refused.ts";
import { type NewObject, Quarantine } from "./quarantine.ts";
import { readRefName } from "./ref-name.ts";
import { PushReport } from "./report.ts";
import { decideByName, decideRewrite, type Update } from "./rules.ts";
import { scanObjects } from "./scan.ts";
import type { PushedRef } from "./upstream-words.ts";

export type PushParts = {
  log: EventLog;
  approvals: Approvals;
  limits: GateLimits;
  /** Null while nobody can know: then nothing is pushed. */
  knownSecrets: () => readonly Secret[] | null;
  holdMs: () => number;
  asked: (event: GitGateEvent) => void;
  failed: (error: unknown, what: string) => void;
};

/** Unanswered questions of one bottle; more only wear a person out. */
const mostAsked = 8;

/** Throws only {@link NotProtocol}; everything else is answered. */
export async function receivePush(
  parts: PushParts,
  door: Door,
  { body, to, gone }: { body: AsyncIterable<Buffer>; to: Writable; gone: AbortSignal },
): Promise<void> {
  const reader = new LineReader(body);
  const head = await readPushHead(reader, readRefName);
  if (head === null) {
    // A client with much to send asks first whether it may. It sends the rest on the same connection, which is closed for a request that was not read to its end.
    for await (const _ of reader.rest());
    return void to.end();
  }
  await new Push(parts, door, head, { reader, report: new PushReport(to, head.capabilities), gone }).run();
}

type Line = { reader: LineReader; report: PushReport; gone: AbortSignal };

class Push {
  readonly #parts: PushParts;
  readonly #door: Door;
  readonly #head: PushHead;
  readonly #line: Line;
  readonly #event: GitGateEvent;
  #quarantine: Quarantine | null = null;
  #received = 0;

  constructor(parts: PushParts, door: Door, head: PushHead, line: Line) {
    this.#parts = parts;
    this.#door = door;
    this.#head = head;
    this.#line = line;
    const { bottleId, workspaceId, repository } = door;
    this.#event = parts.log.add({ bottleId, workspaceId, repository: repository.name, kind: "push" });
  }

  async run(): Promise<void> {
    const { report } = this.#line;
    try {
      report.stayAlive();
      const updates = await this.#byName();
      this.#change({ updates: updates.map(shown) });
      const pushed = await this.#passOn(await this.#byContent(updates));
      await this.#drain();
      report.end(null, passedReports(this.#head.commands, pushed));
    } catch (error) {
      await this.#refused(error);
    } finally {
      report.stop();
      this.#quarantine?.remove();
    }
  }

  async #byName(): Promise<Update[]> {
    const { repository } = this.#door;
    const { ids } = await this.#door.fresh(this.#line.gone);
    const { refused, updates } = decideByName(repository.push, this.#head.commands, (ref) => ids.get(ref) ?? null);
    if (refused.length === 0) return updates;
    throw new NamesRefused(new Map(refused.map(({ said, reason }) => [said, reason])));
  }

  /** Rules that need the objects, then the scan, then a person. */
  async #byContent(updates: readonly Update[]): Promise<GitGateUpdate[]> {
    const { limits } = this.#parts;
    const quarantine = new Quarantine(this.#door.mirror, limits, this.#line.gone);
    this.#quarantine = quarantine;
    if (updates.some(({ new: id }) => id !== null)) await quarantine.unpack(this.#pack());
    const objects = await quarantine.newObjects(updates);
    const decided = await this.#rewrites(quarantine, updates);
    const bytes = await quarantine.checkSizes(objects);
    const earlier = this.#earlier(updates);
    this.#change({ updates: decided, bytes: this.#received });
    this.#line.report.say(`git gate: looking through ${objects.length} new objects (${Math.ceil(bytes / 1024)} KiB)`);
    const clean = await this.#scan(quarantine, objects, earlier === "approved");
    if (clean) await this.#addFacts(quarantine, updates);
    if (this.#door.repository.push.approve && earlier !== "approved") await this.#ask();
    return decided;
  }

  async #rewrites(quarantine: Quarantine, updates: readonly Update[]): Promise<GitGateUpdate[]> {
    const decided: GitGateUpdate[] = [];
    const refused = new Map<string, string>();
    for (const update of updates) {
      const { ref, old, new: next, action } = update;
      const forward = old === null || next === null || (await quarantine.isForward(old, next));
      const problem = forward ? null : decideRewrite(this.#door.repository.push);
      if (problem !== null) refused.set(ref, problem);
      decided.push({ ...update, action: forward ? action : "rewrite" });
    }
    if (refused.size > 0) throw new NamesRefused(refused);
    return decided;
  }

  /** True when nothing was found; false for shapes that a person has let pass. */
  async #scan(quarantine: Quarantine, objects: readonly NewObject[], approved: boolean): Promise<boolean> {
    const secrets = this.#parts.knownSecrets();
    if (secrets === null) {
      throw new PushRefused(
        "not_ready",
        "the vault on the host is locked, so that nothing can be compared with its values; a person has to unlock it",
      );
    }
    if (objects.length === 0) return true;
    try {
      await scanObjects(quarantine, objects, { secrets, limits: this.#parts.limits, signal: this.#line.gone });
      return true;
    } catch (error) {
      if (error instanceof PushRefused && error.canApprove && approved) return false;
      throw error;
    }
  }

  /** Only of a push in which nothing was found: a subject or a path could be what was. */
  async #addFacts(quarantine: Quarantine, updates: readonly Update[]): Promise<void> {
    const [commits, ...stats] = await Promise.all([
      quarantine.commits(updates),
      ...updates.map((update) => quarantine.diffstat(update)),
    ]);
    this.#change({
      commits: commits.list,
      moreCommits: commits.more,
      files: stats.flatMap(({ files }) => files).slice(0, 200),
      moreFiles: stats.reduce((sum, { more }) => sum + more, 0),
    });
  }

  /** What was said about the same push before. Its entry goes on in this one. */
  #earlier(updates: readonly Update[]): "approved" | null {
    const { log } = this.#parts;
    const { bottleId, repository } = this.#door;
    const digest = digestOf(repository.name, repository.upstream, updates);
    const before = log.withDigest(bottleId, digest, this.#event.id);
    log.setDigest(this.#event.id, digest);
    if (before?.reason === "refused_by_person") {
      log.drop(before.id);
      this.#change({ count: before.count + 1 });
      throw new PushRefused("refused_by_person", "a person has refused exactly this push");
    }
    if (before === undefined || !["pending", "approved", "refused"].includes(before.outcome)) return null;
    log.drop(before.id);
    this.#change({ count: before.count + 1 });
    return before.outcome === "approved" ? "approved" : null;
  }

  async #ask(): Promise<void> {
    const { approvals, log, holdMs, asked } = this.#parts;
    const { report, gone } = this.#line;
    const open = log.list
      .values()
      .filter(
        ({ bottleId, outcome }) => bottleId === this.#door.bottleId && (outcome === "waiting" || outcome === "pending"),
      );
    if (open.length >= mostAsked) throw new PushRefused("asks", "too many pushes wait for a person's answer already");
    const ms = approvals.mayHold ? holdMs() : 0;
    const waiting = { reason: "asks", detail: "", canApprove: true } as const;
    this.#change({ ...waiting, outcome: "waiting", waitsUntil: new Date(Date.now() + ms).toISOString() });
    asked(this.#now);
    if (ms > 0) report.say(`git gate: waiting for a person to approve this push (up to ${Math.round(ms / 1000)} s)`);
    const answer = ms === 0 ? "unanswered" : await approvals.hold(this.#event.id, ms, gone);
    if (answer === "approved") return void this.#change({ outcome: "running", canApprove: false, waitsUntil: null });
    if (answer === "refused") throw new PushRefused("refused_by_person", "a person has refused it");
    this.#change({ ...waiting, outcome: "pending", waitsUntil: null });
    throw new Pending();
  }

  async #passOn(updates: readonly GitGateUpdate[]): Promise<PushedRef[]> {
    const onItsWay = { outcome: "running", reason: null, detail: "On its way to upstream." } as const;
    this.#change({ ...onItsWay, canApprove: false, waitsUntil: null });
    const pushed = await passOn(this.#door, updates, {
      quarantine: this.#quarantine,
      atomic: this.#head.capabilities.has("atomic"),
      secrets: this.#parts.knownSecrets() ?? [],
      say: (text) => this.#line.report.say(text),
    });
    this.#parts.log.conclude(this.#event.id, concludedPassed(updates, pushed));
    return pushed;
  }

  /** Answers, and says it in the log. */
  async #refused(error: unknown): Promise<void> {
    const { report, gone } = this.#line;
    await this.#drain();
    const { concluded, lines, problemOf } = notPassed(error, gone.aborted);
    if (concluded !== null) this.#parts.log.conclude(this.#event.id, concluded);
    if (isUnforeseen(error, gone.aborted)) this.#parts.failed(error, "a push through the git gate");
    if (gone.aborted) return;
    for (const line of lines) report.say(`git gate: ${line}`);
    report.end(
      null,
      this.#head.commands.map(({ said }) => ({ ref: said, problem: problemOf(said) })),
    );
  }

  async *#pack(): AsyncGenerator<Buffer> {
    for await (const chunk of this.#line.reader.rest()) {
      this.#received += chunk.length;
      yield chunk;
    }
  }

  /** git sends everything before it reads the answer, and a request that was not read to its end takes its connection with it. */
  async #drain(): Promise<void> {
    let left = this.#parts.limits.packBytes;
    try {
      for await (const chunk of this.#line.reader.rest()) {
        left -= chunk.length;
        if (left < 0) return;
      }
    } catch {
      // It has gone.
    }
  }

  get #now(): GitGateEvent {
    return this.#parts.log.list.get(this.#event.id) ?? this.#event;
  }

  #change(change: Partial<GitGateEvent>): void {
    this.#parts.log.change(this.#event.id, change);
  }
}

function shown({ ref, action, old, new: next }: Update): GitGateUpdate {
  return { ref, action, old, new: next };
}

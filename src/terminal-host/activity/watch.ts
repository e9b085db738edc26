/**
 * Follows what one launched program is doing: collects the signals of all sources, decides, and tells each change. Kept in the terminal
 * host because that lives as long as the program does.
 */
import {
  type Claim,
  claimed,
  claimOfHook,
  claimOfSequence,
  decide,
  keyOf,
  type LaunchedAgent,
  noSignals,
  refusedHook,
  type SequenceNotice,
  type Signals,
  typed,
  withdrawn,
} from "#shared/activity/index.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { TerminalState } from "#shared/contract/terminals.ts";
import type { ScreenView } from "../screen/messages.ts";
import { ScreenLook } from "./screen-look.ts";

export type ActivityWatchParts = {
  /** The terminal. */
  id: string;
  agent: LaunchedAgent;
  /** What is on the screen now; null when there is no screen any more. */
  view(): Promise<ScreenView> | null;
  told(activity: Activity): void;
};

/** New evidence for the same state is told so often at most, in ms. */
const evidenceEveryMs = 250;
/** Programs set the title of rest for a moment between two steps; it counts once it has stood for so long, in ms. */
const titleSettlesMs = 2_000;
/** A notice that only repeats the one before within this time says nothing, in ms. */
const repeatMs = 20;
/** Input of a terminal that is looked at for keys; a longer one is a paste. */
const longestKeys = 256;

export class ActivityWatch {
  readonly #parts: ActivityWatchParts;
  readonly #look: ScreenLook;
  #signals: Signals;
  #told: Activity;
  #prompted: boolean;
  #lastTime: number;
  #lastNotice = { key: "", at: 0 };
  #lastTelling = 0;
  #telling: NodeJS.Timeout | null = null;
  #title: NodeJS.Timeout | undefined;

  constructor(parts: ActivityWatchParts) {
    const { id, agent } = parts;
    this.#parts = parts;
    this.#prompted = agent.prompted;
    this.#lastTime = Date.now();
    this.#signals = noSignals(this.#lastTime, agent.hooksExpected);
    this.#told = { id, ...decide(this.#signals) };
    this.#look = new ScreenLook({
      signs: agent.screen,
      view: parts.view,
      signals: () => this.#signals,
      seen: (claim) => this.#take(claim === null ? withdrawn(this.#signals, "screen") : this.#claimed("screen", claim)),
    });
    parts.told(this.#told);
  }

  get activity(): Activity {
    return { id: this.#parts.id, ...decide(this.#signals) };
  }
  /** What hook events of this program have to bring the token of. */
  get tokenDigest(): string {
    return this.#parts.agent.tokenDigest;
  }

  /** Something the program told its terminal. */
  notice(notice: SequenceNotice): void {
    const key = notice.type === "bell" ? "bell" : JSON.stringify(notice);
    const now = performance.now();
    if (key === this.#lastNotice.key && now - this.#lastNotice.at < repeatMs) return;
    this.#lastNotice = { key, at: now };
    const { title, notification } = this.#parts.agent;
    const claim = claimOfSequence(notice, { title, notification });
    if (notice.type === "title") this.#forgetTitle();
    if (claim === null) return;
    const take = () => this.#take(this.#claimed("sequence", claim));
    if (notice.type === "title" && claim.state === "waiting") this.#title = setTimeout(take, titleSettlesMs).unref();
    else take();
  }

  /** An event of the program's own hooks, its token checked. */
  hook(event: string, payload: Readonly<Record<string, unknown>> | string): void {
    const claim = claimOfHook(this.#parts.agent.speaks, { event, payload, prompted: this.#prompted });
    if (claim === null) return;
    // Only the first start has the first prompt.
    if (claim.state !== "working" || this.#signals.last.hook !== null) this.#prompted = false;
    this.#forgetTitle();
    this.#take(this.#claimed("hook", claim));
    this.#look.heard();
  }

  /** An event that came for this program and was not believed. */
  refused(reason: string): void {
    this.#take(refusedHook(this.#signals, reason, this.#now()));
  }

  /** What was typed into the terminal. What a terminal sends by itself makes programs repaint, and is no activity of theirs. */
  typed(bytes: Buffer): void {
    const key = bytes.length > longestKeys ? null : keyOf(bytes.toString("utf8"));
    if (key !== null) {
      // What it repeats after an answer is said anew.
      this.#lastNotice = { key: "", at: 0 };
      this.#take(typed(this.#signals, key, this.#now()));
    } else if (bytes[0] === 0x1b) this.#look.repainted();
  }

  /** The program is about to paint its screen anew, because of its size. */
  repainted(): void {
    this.#look.repainted();
  }

  /** The program has put something out. Called for every chunk. */
  output(): void {
    this.#look.output();
  }

  ended(state: TerminalState, exitCode: number | null): void {
    this.#look.stop();
    this.#forgetTitle();
    this.#take(this.#claimed("exit", claimOfEnd(state, exitCode)));
  }

  #forgetTitle(): void {
    clearTimeout(this.#title);
  }

  #claimed(source: "exit" | "hook" | "sequence" | "screen", claim: Claim): Signals {
    return claimed(this.#signals, source, claim, this.#now());
  }

  /** Milliseconds since 1970, later at every call: what comes later is later. */
  #now(): number {
    this.#lastTime = Math.max(Date.now(), this.#lastTime + 0.001);
    return this.#lastTime;
  }

  #take(signals: Signals): void {
    if (signals === this.#signals) return;
    this.#signals = signals;
    const { activity } = this;
    const before = this.#told;
    const { state, source, guess, calls, since, degraded } = activity;
    const same =
      state === before.state &&
      source === before.source &&
      guess === before.guess &&
      calls === before.calls &&
      since === before.since &&
      degraded === before.degraded;
    if (!same) this.#tell();
    else if (activity.evidence !== before.evidence) this.#tellSoon();
  }

  #tell(): void {
    if (this.#telling) clearTimeout(this.#telling);
    this.#telling = null;
    this.#lastTelling = performance.now();
    this.#told = this.activity;
    this.#parts.told(this.#told);
  }

  #tellSoon(): void {
    const left = this.#lastTelling + evidenceEveryMs - performance.now();
    if (left <= 0) this.#tell();
    else this.#telling ??= setTimeout(() => this.#tell(), left).unref();
  }
}

function claimOfEnd(state: TerminalState, exitCode: number | null): Claim {
  if (state === "cancelled") return { state: "done", evidence: "Was ended by you" };
  if (state === "stream_lost" || exitCode === null) {
    return state === "failed"
      ? { state: "failed", evidence: "Could not be started" }
      : { state: "unknown", evidence: "Whether it still runs is not known" };
  }
  if (exitCode < 0) return { state: "failed", evidence: `Was ended by signal ${-exitCode}` };
  return { state: exitCode === 0 ? "done" : "failed", evidence: `Ended with exit ${exitCode}` };
}

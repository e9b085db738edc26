/**
 * Which state a launched program is in, from everything that was heard of it. Pure: the same signals give the same answer, in whatever
 * order the sources were heard.
 *
 * A stronger source rules over every weaker one, however new, until its claim is open to doubt:
 * - the end of the process: never;
 * - a hook or a sequence that says *asks for permission*: once the person has typed an answer (Enter, one character, Esc, Ctrl-C);
 * - one that says *working*: once the person has typed Esc or Ctrl-C, or when a settled screen shows a prompt or a question more than
 *   {@link silenceMs} after it;
 * - one that says *waiting*, *done* or *failed*: once the person has pressed Enter.
 * From then on a weaker source counts, but only with what it said after that moment. The next claim of the stronger source rules again
 * at once. Where nothing newer was said, an answered question counts as work (a guess), an interrupted program as still working (a guess),
 * and what a sequence or the screen said before Enter as unknown; what a hook said before Enter stays.
 */
import type { Activity, ActivitySource } from "../contract/activities.ts";
import { answeredAt, type Claiming, type Signal, type Signals } from "./signals.ts";

/** How long a hook's or a sequence's "working" is not doubted for what the screen looks like, in ms. Tools are silent for long. */
export const silenceMs = 10_000;

type Found = Omit<Activity, "id" | "degraded">;

export function decide(signals: Signals): Omit<Activity, "id"> {
  const found = find(signals);
  return { ...found, degraded: degradation(signals, found.source) };
}

/** Since when a claim of a source is open to doubt, in milliseconds since 1970; null while it rules. */
function doubtedSince(signals: Signals, source: Claiming, signal: Signal): number | null {
  if (source === "exit") return null;
  const { keys, last } = signals;
  const after = (at: number): number | null => (at > signal.at ? at : null);
  switch (signal.state) {
    case "permission":
      return answeredAt(signals, signal);
    case "working": {
      const interrupted = after(keys.interrupt);
      if (interrupted !== null || source === "screen" || last.screen === null) return interrupted;
      const { state, at } = last.screen;
      const looksOtherwise = state === "waiting" || state === "permission";
      return looksOtherwise && at >= signal.at + silenceMs ? signal.at : null;
    }
    case "waiting":
    case "done":
    case "failed":
      return after(keys.enter);
    case "unknown":
      return signal.at;
  }
}

function find(signals: Signals): Found {
  let doubted: { source: Claiming; signal: Signal } | null = null;
  /** A weaker source has to have said it after the moment from which the stronger one is in doubt. */
  let newerThan = Number.NEGATIVE_INFINITY;
  for (const source of ["exit", "hook", "sequence", "screen"] as const) {
    const signal = signals.last[source];
    if (signal === null || signal.at <= newerThan) continue;
    const since = doubtedSince(signals, source, signal);
    if (since === null) return said(source, signal);
    doubted ??= { source, signal };
    newerThan = Math.max(newerThan, since);
  }
  if (doubted === null) {
    return nothing(signals.startedAt, "It has not said anything about itself", "none");
  }
  return left(signals, doubted.source, doubted.signal, newerThan);
}

/** What remains of a claim that is in doubt when nothing newer was said. */
function left(signals: Signals, source: Claiming, signal: Signal, since: number): Found {
  if (signal.state === "unknown") return { ...nothing(signal.since, signal.evidence, source), at: iso(signal.at) };
  if (signal.state === "permission" && source === "hook") {
    return { ...guess("working", since), evidence: "You answered its question; it has not said anything since" };
  }
  if (signal.state === "working") {
    return {
      ...guess("working", signal.since),
      at: iso(signals.keys.interrupt),
      evidence: "You pressed Esc or Ctrl-C; it has not said anything since",
    };
  }
  if (source === "hook") return said(source, signal);
  return nothing(since, "You typed; it has not said anything since", "keys");
}

function said(source: Claiming, { state, evidence, brief, calls, at, since }: Signal): Found {
  return {
    state,
    since: iso(since),
    evidence,
    brief: brief ?? null,
    at: iso(at),
    source,
    guess: source === "screen",
    calls: calls ?? false,
  };
}

function guess(state: "working", since: number): Found {
  const at = iso(since);
  return { state, since: at, at, evidence: "", brief: null, source: "keys", guess: true, calls: false };
}

function nothing(since: number, evidence: string, source: ActivitySource): Found {
  const at = iso(since);
  return { state: "unknown", since: at, at, evidence, brief: null, source, guess: false, calls: false };
}

function degradation({ last, hooksExpected, refused, startedAt }: Signals, source: ActivitySource): string | null {
  if (source === "exit") return null;
  if (refused !== null && refused.at > (last.hook?.at ?? startedAt))
    return `A hook event was refused: ${refused.reason}`;
  if (source === "hook" || source === "none" || !hooksExpected) return null;
  return last.hook === null ? "Its hooks have not been heard from" : "Its hooks have not said anything about this";
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

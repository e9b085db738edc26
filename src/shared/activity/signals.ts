/** What is heard of a launched program: claims of its sources, keys of the person. Kept is the last claim of each source. */
import type { ActivityState } from "../contract/activities.ts";

/** The sources that make claims, strongest first. */
export const claiming = ["exit", "hook", "sequence", "screen"] as const;
export type Claiming = (typeof claiming)[number];

/** What a source says the program is doing. */
export type Claim = {
  state: ActivityState;
  /** One line, at most 200 characters. */
  evidence: string;
  /** The evidence without its details; see {@link Activity}. */
  brief?: string;
  /** The program asks for the person by itself. */
  calls?: boolean;
  /** Says nothing new while the same source's last claim is one of these: a notice that a question still stands, a late report. */
  unless?: readonly ActivityState[];
  /** Says something only while the same source's last claim is one of these. */
  only?: readonly ActivityState[];
  /** Which of several things at once this is about. While the program asks about one, news of another does not end the question. */
  topic?: string;
};

/** A claim with its time in milliseconds since 1970, and when the source began to claim this state. */
export type Signal = Claim & { at: number; since: number };

/** `answer`: Enter or a single character. `enter`: Enter. `interrupt`: Esc or Ctrl-C. */
export type Key = "answer" | "enter" | "interrupt";

export type Signals = {
  /** When the program was started. */
  startedAt: number;
  /** Its hooks are installed, so that their silence means something. */
  hooksExpected: boolean;
  last: Readonly<Record<Claiming, Signal | null>>;
  /** When the person last typed such a key; 0 for never. */
  keys: Readonly<Record<Key, number>>;
  /** The last hook event that was not believed. */
  refused: { at: number; reason: string } | null;
};

export function noSignals(startedAt: number, hooksExpected: boolean): Signals {
  return {
    startedAt,
    hooksExpected,
    last: { exit: null, hook: null, sequence: null, screen: null },
    keys: { answer: 0, enter: 0, interrupt: 0 },
    refused: null,
  };
}

/** Takes a claim in. One that is older than what its source said last changes nothing, so late news of one source spoils no other. */
export function claimed(signals: Signals, source: Claiming, claim: Claim, at: number): Signals {
  const before = signals.last[source];
  if (before !== null && before.at > at) return signals;
  const said = saidLast(signals, before);
  if (claim.unless?.includes(said) || (claim.only && !claim.only.includes(said))) return signals;
  if (before !== null && standsAgainst(signals, before, claim)) return signals;
  const since = before?.state === claim.state ? before.since : at;
  return { ...signals, last: { ...signals.last, [source]: { ...claim, at, since } } };
}

/** The source has nothing to say any more: what was on the screen is not there now. */
export function withdrawn(signals: Signals, source: Claiming): Signals {
  return signals.last[source] === null ? signals : { ...signals, last: { ...signals.last, [source]: null } };
}

export function typed(signals: Signals, key: Key, at: number): Signals {
  return at <= signals.keys[key] ? signals : { ...signals, keys: { ...signals.keys, [key]: at } };
}

export function refusedHook(signals: Signals, reason: string, at: number): Signals {
  return { ...signals, refused: { at, reason } };
}

/** When a question was answered by a key; null while it stands. */
export function answeredAt({ keys }: Signals, question: Signal): number | null {
  const at = Math.max(keys.answer, keys.enter, keys.interrupt);
  return at > question.at ? at : null;
}

/** An answered question is over, whatever has been said since. */
function saidLast(signals: Signals, before: Signal | null): ActivityState {
  if (before === null) return "unknown";
  return before.state === "permission" && answeredAt(signals, before) !== null ? "working" : before.state;
}

/** An unanswered question stands while other things that the program does at the same time go on. */
function standsAgainst(signals: Signals, before: Signal, claim: Claim): boolean {
  return (
    before.state === "permission" &&
    before.topic !== undefined &&
    claim.topic !== undefined &&
    claim.topic !== before.topic &&
    claim.state === "working" &&
    answeredAt(signals, before) === null
  );
}

/** The language of states on screen: a shape and a colour, the words beside it or for the ear, the evidence on hover. */
import { type State, type Status, signs, type Tone } from "#shared/states.ts";
import { ago, elapsed, exact } from "#shared/time.ts";
import { Ago, Elapsed } from "./clock.tsx";

const tones: Record<Tone, string> = {
  accent: "text-accent",
  attention: "text-attention",
  positive: "text-positive",
  negative: "text-negative",
  warning: "text-warning",
  muted: "text-faint",
};

/** The shape alone, for places where the words stand beside it. */
export function Sign({ state, className }: { state: State; className?: string }) {
  const { tone } = signs[state];
  return (
    <svg
      viewBox="0 0 12 12"
      aria-hidden
      className={`size-3 shrink-0 ${tones[tone]} ${state === "working" ? "pulse-working" : ""} ${className ?? ""}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {shapes[state]}
    </svg>
  );
}

const disc = <circle cx="6" cy="6" r="3.5" fill="currentColor" stroke="none" />;
const ring = <circle cx="6" cy="6" r="3.4" strokeWidth="1.4" />;
const tick = <path d="m2.6 6.4 2.3 2.3 4.5-5.2" />;

const shapes: Record<State, React.ReactNode> = {
  working: disc,
  running: disc,
  ready: ring,
  queued: ring,
  waiting: (
    <>
      <circle cx="6" cy="6" r="4.2" strokeWidth="1.4" />
      <path d="M6 1.8a4.2 4.2 0 0 0 0 8.4z" fill="currentColor" stroke="none" />
    </>
  ),
  permission: <path d="M6 2 10.6 10H1.4z" fill="currentColor" strokeWidth="1" />,
  "done-unseen": <g strokeWidth="2.4">{tick}</g>,
  done: tick,
  failed: <path d="m3 3 6 6M9 3 3 9" strokeWidth="1.9" />,
  cancelled: (
    <>
      <circle cx="6" cy="6" r="4.2" strokeWidth="1.4" />
      <path d="m3.2 8.8 5.6-5.6" strokeWidth="1.4" />
    </>
  ),
  lost: (
    <>
      <path d="M3.9 4.3a2.2 2.2 0 1 1 3.2 2c-.7.4-1.1.8-1.1 1.5" />
      <circle cx="6" cy="10.2" r=".9" fill="currentColor" stroke="none" />
    </>
  ),
  held: <path d="M4 3v6M8 3v6" strokeWidth="2.2" />,
  unknown: <circle cx="6" cy="6" r="4" strokeWidth="1.4" strokeDasharray="1.6 2.1" />,
  isolated: (
    <>
      <rect x="1.8" y="1.8" width="8.4" height="8.4" rx="1" strokeWidth="1.3" />
      <rect x="4" y="4" width="4" height="4" fill="currentColor" stroke="none" />
    </>
  ),
  "not-isolated": <rect x="1.8" y="1.8" width="8.4" height="8.4" rx="1" strokeWidth="1.3" />,
};

/** Sign only: rows, tabs. The words are its name for screen readers and its hover. */
export function StateSign({ status, className }: { status: Status; className?: string }) {
  return (
    <span
      role="img"
      aria-label={status.words}
      data-tip={hoverOf(status)}
      className={`inline-flex size-4 shrink-0 items-center justify-center ${className ?? ""}`}
    >
      <Sign state={status.state} />
    </span>
  );
}

/** Sign (unless it stands elsewhere), words and time in one line. */
export function StateLine(props: { status: Status; sign?: boolean; className?: string }) {
  const { status, sign = true, className } = props;
  return (
    <span data-tip={hoverOf(status)} className={`inline-flex min-w-0 items-center gap-1.5 ${className ?? ""}`}>
      {sign && <Sign state={status.state} />}
      <span className="truncate">{status.words}</span>
      {status.time && <StatusTime time={status.time} />}
    </span>
  );
}

function StatusTime({ time }: { time: NonNullable<Status["time"]> }) {
  return time.kind === "since" ? (
    <Elapsed since={time.at} className="shrink-0 text-faint" />
  ) : (
    <Ago at={time.at} className="shrink-0 text-faint" />
  );
}

/** Words, exact time, evidence, who said it when, and what is missing, a line each. */
export function hoverOf({ words, time, evidence, source, note }: Status): string {
  const timeWords = time && `${time.kind === "since" ? "Since " : ""}${exact(time.at)}`;
  const sourceWords = source && `${source.words}, ${exact(source.at)}`;
  return [words, timeWords, evidence, sourceWords, note].filter(Boolean).join("\n");
}

/** Words and time as one text, for places that are text only (a window's title, a tab's tooltip). */
export function statusText({ words, time }: Status, now: number): string {
  if (!time) return words;
  return `${words} ${time.kind === "since" ? elapsed(now - Date.parse(time.at)) : ago(time.at, now)}`;
}

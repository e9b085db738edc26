/** Times on screen that stay true: one timer for all of them, and each renders only when its own words change. */
import { useSyncExternalStore } from "react";
import { ago, elapsed, exact } from "#shared/time.ts";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function everySecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (!document.hidden) for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** A text that depends on the time; the component renders again only when the text does. */
export function useClockText(text: (now: number) => string): string {
  return useSyncExternalStore(everySecond, () => text(Date.now()));
}

/** "2 min ago", the exact time on hover. */
export function Ago({ at, className }: { at: string; className?: string }) {
  const text = useClockText((now) => ago(at, now));
  return (
    <time dateTime={at} data-tip={exact(at)} className={`tabular ${className ?? ""}`}>
      {text}
    </time>
  );
}

/** "0:41" and counting; stands still at `until`. */
export function Elapsed({ since, until, className }: { since: string; until?: string | null; className?: string }) {
  const text = useClockText((now) => elapsed((until ? Date.parse(until) : now) - Date.parse(since)));
  return (
    <time dateTime={since} data-tip={`Since ${exact(since)}`} className={`tabular ${className ?? ""}`}>
      {text}
    </time>
  );
}

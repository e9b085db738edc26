/** How far the running jobs are together. Pure. */
import type { Job } from "#shared/contract/jobs.ts";
import type { JobProgress } from "../desktop.ts";

/** Null when no job runs. In whole percents, so that a task bar is not told every byte. */
export function progressOf(jobs: Iterable<Job>): JobProgress | null {
  const parts = [...jobs].filter(({ endedAt }) => endedAt === null).map(partOf);
  if (parts.length === 0) return null;
  const known = parts.filter((part) => part !== null);
  if (known.length === 0) return { part: null };
  return { part: Math.round((known.reduce((sum, part) => sum + part, 0) / known.length) * 100) / 100 };
}

/** Of its steps, and of the one that runs; null for a job of one step that does not know how much there is. */
function partOf({ steps, progress }: Job): number | null {
  const over = steps.filter(({ state }) => state === "done" || state === "skipped").length;
  const total = progress?.unit === "percent" ? 100 : (progress?.total ?? null);
  const within = progress && total ? Math.min(1, Math.max(0, progress.current / total)) : null;
  if (steps.length <= 1) return within;
  return (over + (within ?? 0)) / steps.length;
}

/** How far a job is, in words and as a part. */
import type { Job } from "#shared/contract/jobs.ts";
import { bytes, grouped } from "../ui/index.ts";

/** "Copying files (1 204/19 000)", "Cloning (34 %)", "Checking out". */
export function jobProgressWords({ steps, progress, line }: Pick<Job, "steps" | "progress" | "line">): string {
  const step = steps.find(({ state }) => state === "running")?.name ?? (line || "starting");
  return progress ? `${step} (${progressWords(progress)})` : step;
}

export function progressWords({ current, total, unit }: NonNullable<Job["progress"]>): string {
  const say = unit === "bytes" ? bytes : grouped;
  if (unit === "percent") return `${Math.round(current)} %`;
  if (total === null) return unit === "bytes" ? say(current) : `${say(current)} ${unit}`;
  return unit === "bytes" ? `${say(current)} of ${say(total)}` : `${say(current)}/${say(total)}`;
}

/** Between 0 and 1; null when it is not known how much there is. */
export function progressPart(progress: Job["progress"]): number | null {
  if (!progress) return null;
  const total = progress.unit === "percent" ? 100 : progress.total;
  return total === null || total <= 0 ? null : Math.min(1, Math.max(0, progress.current / total));
}

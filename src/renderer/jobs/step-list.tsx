/** A job's steps: a sign each, how long each took, how far the running one is. */
import type { Job, JobStep } from "#shared/contract/jobs.ts";
import type { State } from "#shared/states.ts";
import { duration, Elapsed, Sign } from "../ui/index.ts";
import { progressPart, progressWords } from "./progress.ts";

const signs: Record<JobStep["state"], State> = {
  waiting: "queued",
  running: "working",
  done: "done-unseen",
  skipped: "unknown",
  failed: "failed",
  cancelled: "cancelled",
};
const words: Record<JobStep["state"], string> = {
  waiting: "Waiting",
  running: "Working",
  done: "Done",
  skipped: "Skipped",
  failed: "Failed",
  cancelled: "Stopped",
};

export function StepList({ job }: { job: Job }) {
  return (
    <ol className="flex flex-col">
      {job.steps.map((step) => (
        <li key={step.name} className="min-h-7 py-1">
          <div className="flex items-center gap-2">
            <Sign state={signs[step.state]} />
            <span className={step.state === "waiting" || step.state === "skipped" ? "text-muted" : ""}>
              {step.name}
            </span>
            <span className="sr-only">{words[step.state]}</span>
            <span className="ml-auto text-faint text-sm">
              <StepTime step={step} />
            </span>
          </div>
          {step.state === "running" && job.progress && <Progress progress={job.progress} />}
        </li>
      ))}
    </ol>
  );
}

function StepTime({ step: { state, startedAt, endedAt } }: { step: JobStep }) {
  if (state === "skipped") return "not needed";
  if (!startedAt) return null;
  if (!endedAt) return <Elapsed since={startedAt} />;
  return <span className="tabular">{duration(Date.parse(endedAt) - Date.parse(startedAt))}</span>;
}

export function Progress({ progress }: { progress: NonNullable<Job["progress"]> }) {
  const part = progressPart(progress);
  return (
    <div className="mt-1 flex items-center gap-2 pl-5">
      <progress
        aria-label="Progress"
        className="h-1 flex-1 overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:bg-accent"
        {...(part === null ? {} : { value: part })}
      />
      <span className="tabular shrink-0 text-muted text-sm">{progressWords(progress)}</span>
    </div>
  );
}

/** The jobs at the bottom of the window: one row each, unfolded on request. */
import { X } from "lucide-react";
import type { Job } from "#shared/contract/jobs.ts";
import { jobTitle } from "#shared/jobs/title.ts";
import { jobStatus } from "#shared/states.ts";
import { useActions } from "../app/actions.ts";
import { useLayout } from "../app/layout.ts";
import { openJob } from "../app/open.ts";
import { useJobs } from "../live/index.ts";
import { Ago, Button, Elapsed, IconButton, StateSign } from "../ui/index.ts";
import { jobProgressWords } from "./progress.ts";

export default function JobArea() {
  const jobs = useJobs().items;
  const newestFirst = [...jobs].reverse();
  return (
    <div>
      <div className="sticky top-0 flex h-8 items-center gap-2 bg-panel pr-1.5 pl-3">
        <h2 className="flex-1">Jobs</h2>
        <IconButton label="Hide jobs" onClick={() => useLayout.setState({ jobsOpen: false })}>
          <X size={14} aria-hidden />
        </IconButton>
      </div>
      {newestFirst.length === 0 && (
        <p className="px-3 pb-3 text-muted">Long work of Cellar itself is shown here: cloning, copying, deleting.</p>
      )}
      <ul className="pb-1">
        {newestFirst.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </ul>
    </div>
  );
}

function JobRow({ job }: { job: Job }) {
  const actions = useActions();
  const going = job.state === "running" || job.state === "queued";
  const said = going ? jobProgressWords(job) : (job.problem?.message ?? job.line);
  return (
    <li className="flex h-7 items-center gap-2 pr-1.5 pl-3 hover:bg-hover">
      <StateSign status={jobStatus(job)} />
      <button
        type="button"
        className="max-w-80 shrink-0 truncate rounded text-left hover:underline"
        onClick={() => openJob(job.id)}
      >
        {jobTitle(job)}
      </button>
      <span className={`min-w-0 flex-1 truncate text-sm ${job.state === "failed" ? "text-negative" : "text-muted"}`}>
        {said}
      </span>
      <span className="shrink-0 text-faint text-sm">
        {going ? <Elapsed since={job.createdAt} /> : <Ago at={job.endedAt ?? job.createdAt} />}
      </span>
      {going && job.cancellable && (
        <Button small look="quiet" onClick={() => actions.cancelJob(job.id)}>
          Cancel
        </Button>
      )}
      {!going && (
        <IconButton label={`Remove ${jobTitle(job)} from the list`} onClick={() => actions.dismissJob(job.id)}>
          <X size={13} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

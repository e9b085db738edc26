/** A job in full: its steps, why it failed and what to do, and its log on request. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Job } from "#shared/contract/jobs.ts";
import { jobTitle } from "#shared/jobs/title.ts";
import { jobStatus } from "#shared/states.ts";
import { useActions } from "../app/actions.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { Button, CopyButton, Elapsed, LogText, ProblemNote, StateLine } from "../ui/index.ts";
import { StepList } from "./step-list.tsx";

export function JobDetails({ job }: { job: Job }) {
  const actions = useActions();
  const [logOpen, setLogOpen] = useState(false);
  const going = job.state === "running" || job.state === "queued";
  const { time: _, ...status } = jobStatus(job);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-3">
        <StateLine status={job.state === "failed" ? { ...status, words: "Failed" } : status} className="min-w-0" />
        <Elapsed since={job.createdAt} until={job.endedAt} className="text-muted" />
        <span className="flex-1" />
        {going && job.cancellable && <Button onClick={() => actions.cancelJob(job.id)}>Cancel</Button>}
        <Button aria-expanded={logOpen} onClick={() => setLogOpen(!logOpen)}>
          {logOpen ? "Hide log" : "Show log"}
        </Button>
      </div>
      <StepList job={job} />
      {going && job.line && <p className="truncate font-mono text-muted text-sm">{job.line}</p>}
      {job.problem && <ProblemNote problem={job.problem} />}
      {logOpen && <JobLog job={job} going={going} />}
    </div>
  );
}

function JobLog({ job, going }: { job: Job; going: boolean }) {
  const client = useClient();
  const log = useQuery({
    queryKey: ["job-log", job.id, job.state],
    queryFn: () => client.jobs.log({ id: job.id }),
    refetchInterval: going ? 1_000 : false,
  });
  if (log.isError) return <ProblemNote problem={problemFrom(log.error)} />;
  const text = log.data?.text ?? "";
  return (
    <div>
      <div className="flex items-center gap-1 text-muted text-sm">
        <code className="min-w-0 flex-1 truncate font-mono">{job.logPath}</code>
        <CopyButton text={text} label="Copy the log" />
      </div>
      <LogText label={`Log of ${jobTitle(job)}`}>{text || (log.isPending ? "" : "The log is empty.")}</LogText>
    </div>
  );
}

/** A job as a panel. */

import { jobTitle } from "#shared/jobs/title.ts";
import { dock, type PanelProps } from "../dock/panels.tsx";
import { useJobs } from "../live/index.ts";
import { Button, Empty, Screen } from "../ui/index.ts";
import { JobDetails } from "./job-details.tsx";

export default function JobScreen({ params: { jobId }, panelId }: PanelProps<{ jobId: string }>) {
  const jobs = useJobs();
  const job = jobs.byId.get(jobId);
  if (jobs.status === "loading") return null;
  if (!job) {
    return (
      <Empty action={<Button onClick={() => dock.close(panelId)}>Close</Button>}>
        This job was removed from the list.
      </Empty>
    );
  }
  return (
    <Screen>
      <div className="mx-auto max-w-2xl px-6 py-5">
        <h2 className="mb-3 font-semibold text-lg">{jobTitle(job)}</h2>
        <JobDetails job={job} />
      </div>
    </Screen>
  );
}

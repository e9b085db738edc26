/** A workspace on its way: the upload, then the job's steps, then the launch. */
import { JobDetails } from "../jobs/job-details.tsx";
import { Progress } from "../jobs/step-list.tsx";
import { useJobs, useWorkspace } from "../live/index.ts";
import { Button, Sign } from "../ui/index.ts";
import type { Making } from "./draft.ts";

export function MakingView({ making }: { making: Exclude<Making, { step: "failed" }> }) {
  if (making.step === "upload") {
    return (
      <div className="flex flex-col gap-3">
        <p className="flex items-center gap-2">
          <Sign state="working" /> Uploading the files of {making.name}
        </p>
        <Progress progress={{ current: making.sent, total: making.total, unit: "bytes" }} />
        <Button className="self-start" onClick={making.cancel}>
          Cancel
        </Button>
      </div>
    );
  }
  return <MakingJob making={making} />;
}

function MakingJob({ making }: { making: Extract<Making, { step: "workspace" }> }) {
  const workspace = useWorkspace(making.workspaceId);
  const job = useJobs().byId.get(workspace?.jobId ?? "");
  const ready = workspace?.state === "ready";
  return (
    <div className="flex flex-col gap-3">
      {job && !ready && <JobDetails job={job} />}
      {(ready || !job) && (
        <p className="flex items-center gap-2">
          <Sign state="working" />
          {ready && making.programName ? `Launching ${making.programName} in ${making.name}` : `Making ${making.name}`}
        </p>
      )}
    </div>
  );
}

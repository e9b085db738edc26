/** The bar at the bottom: the job that goes on, and whether what everything rests on is there. */
import { useMemo } from "react";
import type { Job } from "#shared/contract/jobs.ts";
import { jobTitle } from "#shared/jobs/title.ts";
import type { Status } from "#shared/states.ts";
import { jobStatus } from "#shared/states.ts";
import { useLayout } from "../app/layout.ts";
import { openSettings, openVault } from "../app/open.ts";
import { useConnectionStatus } from "../connection/index.ts";
import { GatewayCount } from "../gateway/index.ts";
import { jobProgressWords } from "../jobs/progress.ts";
import { useHostStatus, useJobs, useSettings, useVaultState } from "../live/index.ts";
import { ProposalCount } from "../supervise/index.ts";
import { Ago, counted, Elapsed, exact, Sign, StateLine } from "../ui/index.ts";
import { vaultStatus } from "../vault/status.ts";

export function StatusBar() {
  return (
    <div className="flex h-full w-full min-w-0 items-center gap-3 pr-3 pl-1 text-muted text-sm">
      <JobLine />
      <div className="flex-1" />
      <ProposalCount />
      <GatewayCount />
      <Paused />
      <VaultLine />
      <HostLine />
    </div>
  );
}

function JobLine() {
  const jobs = useJobs().items;
  const open = useLayout((layout) => layout.jobsOpen);
  const job = useMemo(
    () => jobs.findLast(({ state }) => state === "running") ?? jobs.findLast(failed) ?? jobs.at(-1),
    [jobs],
  );
  const others = jobs.filter(({ state }) => state === "running").length - (job?.state === "running" ? 1 : 0);
  return (
    <button
      type="button"
      aria-expanded={open}
      className="flex h-5 min-w-0 items-center gap-1.5 rounded px-2 hover:bg-hover hover:text-text"
      onClick={() => useLayout.setState({ jobsOpen: !open })}
    >
      {job ? (
        <>
          <Sign state={jobStatus(job).state} />
          <span className="truncate">
            {jobTitle(job)}
            {job.state === "running" && `: ${jobProgressWords(job)}`}
            {job.state === "failed" && ": failed"}
          </span>
          {job.state === "running" ? (
            <Elapsed since={job.createdAt} />
          ) : (
            job.endedAt && <Ago at={job.endedAt} className="shrink-0 text-faint" />
          )}
          {others > 0 && <span>and {counted(others, "other job")}</span>}
        </>
      ) : (
        <span className="truncate">No jobs</span>
      )}
    </button>
  );
}

function failed({ state }: Job): boolean {
  return state === "failed";
}

function Paused() {
  const { notifyPausedUntil } = useSettings();
  if (notifyPausedUntil === null || Date.parse(notifyPausedUntil) <= Date.now()) return null;
  return (
    <button
      type="button"
      className="h-5 rounded px-1.5 text-warning hover:bg-hover"
      data-tip={`Until ${exact(notifyPausedUntil)}`}
      onClick={() => openSettings("notifications")}
    >
      Notifications paused
    </button>
  );
}

function VaultLine() {
  const status = vaultStatus(useVaultState());
  return (
    <button
      type="button"
      className="flex h-5 shrink-0 items-center rounded px-1.5 hover:bg-hover hover:text-text"
      onClick={() => openVault()}
    >
      <StateLine status={status} />
    </button>
  );
}

function HostLine() {
  const connection = useConnectionStatus();
  const host = useHostStatus();
  const status = useMemo((): Status => {
    if (connection.state !== "connected") return { state: "unknown", words: "No connection" };
    switch (host?.state) {
      case "connected":
        return {
          state: "done",
          words: "Terminal host runs",
          ...(host.startedAt ? { time: { kind: "since", at: host.startedAt } as const } : {}),
          ...(host.pid === null ? {} : { evidence: `Process ${host.pid}. It goes on when Cellar is closed.` }),
        };
      case "starting":
        return { state: "working", words: "Terminal host starts" };
      case "lost":
        return { state: "lost", words: "Terminal host lost", evidence: host.message };
      default:
        return { state: "unknown", words: "Terminal host not known yet" };
    }
  }, [connection.state, host]);
  const { time: _, ...quiet } = status;
  return (
    // Where there is little room, that all is well goes without saying.
    <div role="status" className={`min-w-0 shrink-0 ${quiet.state === "done" ? "max-[760px]:sr-only" : ""}`}>
      <StateLine status={quiet} />
    </div>
  );
}

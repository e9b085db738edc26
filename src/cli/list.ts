/** The list of everything that runs. */
import { jobStatus, type Status } from "#shared/states.ts";
import { type Entry, type Overview, overview } from "./overview.ts";
import type { Session } from "./session.ts";
import { type Cell, type Column, type Look, lookOf, statusCell, table } from "./table.ts";
import { when } from "./words.ts";

export async function list(session: Session, { all }: { all: boolean }): Promise<number> {
  const found = await overview(session);
  const terminals = found.entries.filter((entry) => all || entry.alive || entry.needsYou);
  const jobs = found.jobs
    .filter(({ endedAt }) => all || endedAt === null)
    .map((job) => ({ status: jobStatus(job), job }));
  session.result({ terminals, jobs }, () => text({ ...found, entries: terminals }, jobs, lookOf(process.stdout)));
  return 0;
}

type ListedJob = { status: Status; job: Overview["jobs"][number] };

function text(found: Overview, jobs: readonly ListedJob[], look: Look): string {
  const lines: string[] = [];
  if (found.entries.length > 0) lines.push(...terminalTable(found.entries, look));
  if (jobs.length > 0) {
    if (lines.length > 0) lines.push("");
    lines.push(...jobTable(jobs, look));
  }
  return lines.length === 0 ? "Nothing runs.\n" : lines.join("\n");
}

export function terminalTable(entries: readonly Entry[], look: Look): string[] {
  const columns: Column[] = [
    { title: "STATE", flexible: true, least: 12 },
    { title: "TERMINAL", flexible: true, least: 8 },
    { title: "WORKSPACE", flexible: true },
    { title: "TIME" },
    { title: "LAST LINE", flexible: true },
    { title: "ID" },
  ];
  const rows = entries.map(({ status, label, workspace, terminal }): Cell[] => [
    statusCell(status),
    label,
    workspace?.name ?? terminal.owner.workspaceId ?? "",
    when(status),
    { text: terminal.lastLine, tone: "muted" },
    { text: terminal.id, tone: "muted" },
  ]);
  return table(columns, rows, look);
}

function jobTable(jobs: readonly ListedJob[], look: Look): string[] {
  const columns: Column[] = [
    { title: "STATE", flexible: true, least: 12 },
    { title: "JOB", flexible: true },
    { title: "TIME" },
    { title: "LAST LINE", flexible: true },
    { title: "ID" },
  ];
  const rows = jobs.map(({ status, job }): Cell[] => [
    statusCell(status),
    `${job.kind} ${job.title}`,
    when(status),
    { text: job.line, tone: "muted" },
    { text: job.id, tone: "muted" },
  ]);
  return table(columns, rows, look);
}

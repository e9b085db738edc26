/** Launches and agent programs as tables. */
import type { Launch } from "#shared/contract/launches.ts";
import type { AgentProgram } from "#shared/contract/programs.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { ago } from "#shared/time.ts";
import type { Entry } from "../overview.ts";
import { type Cell, type Look, statusCell, table } from "../table.ts";

export function launchTable(
  launches: readonly Launch[],
  entries: readonly Entry[],
  workspaces: readonly Workspace[],
  look: Look,
): string[] {
  const byTerminal = new Map(entries.map((entry) => [entry.terminal.id, entry]));
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return table(
    [
      { title: "STATE", flexible: true },
      { title: "PROGRAM" },
      { title: "WORKSPACE", flexible: true },
      { title: "LAUNCHED" },
      { title: "RESUMABLE" },
      { title: "ID" },
    ],
    launches.map((launch): Cell[] => {
      const entry = byTerminal.get(launch.terminalId);
      return [
        entry === undefined ? { text: "its terminal was removed", tone: "muted" } : statusCell(entry.status),
        launch.programName,
        names.get(launch.workspaceId) ?? launch.workspaceId,
        ago(launch.createdAt, Date.now()),
        launch.conversationId === null ? "" : "yes",
        { text: launch.id, tone: "muted" },
      ];
    }),
    look,
  );
}

/** Those that can be launched first. */
export function programTable(programs: readonly AgentProgram[], look: Look): string[] {
  const inOrder = [...programs].sort((a, b) => Number(a.found === null) - Number(b.found === null));
  return table(
    [{ title: "ID" }, { title: "NAME" }, { title: "VERSION" }, { title: "WHERE, OR HOW TO GET IT", flexible: true }],
    inOrder.map((program): Cell[] => [
      program.id,
      program.name,
      program.found === null ? { text: "not installed", tone: "muted" } : (program.found.version ?? "not known"),
      program.problem !== null
        ? { text: program.problem, tone: "negative" }
        : (program.found?.path ?? { text: program.install[0]?.command ?? program.homepage ?? "", tone: "muted" }),
    ]),
    look,
  );
}

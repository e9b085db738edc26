/** Everything the palette offers: terminals, workspaces, programs to launch, commands. */
import { type ReactNode, useMemo } from "react";
import { workspaceStatus } from "#shared/states.ts";
import { labelIn } from "#shared/terminals/label.ts";
import { allCommands, shortcutLabel, useCommandList } from "../app/commands.ts";
import { openTerminal, openWorkspace } from "../app/open.ts";
import { useDefaultIsolation } from "../launches/use-isolations.ts";
import { useLaunch } from "../launches/use-launch.ts";
import { isShell, usePrograms } from "../launches/use-programs.ts";
import { useTerminalSummaries, useWorkspaces } from "../live/index.ts";
import { Keys, orNotice, Sign, statusText } from "../ui/index.ts";
import { useCurrentWorkspace } from "./window-commands.ts";

export type Entry = {
  id: string;
  group: string;
  title: string;
  keywords?: string;
  icon?: ReactNode;
  detail?: ReactNode;
  disabled?: boolean;
  run: () => void;
};

export function useEntries(): Entry[] {
  const places = usePlaces();
  const programs = useProgramEntries();
  const commands = useCommandEntries();
  return useMemo(() => [...places, ...programs, ...commands], [places, programs, commands]);
}

function usePlaces(): Entry[] {
  const terminals = useTerminalSummaries();
  const workspaces = useWorkspaces();
  return useMemo(() => {
    const now = Date.now();
    const rank = ({ needsYou, alive }: (typeof terminals)[number]) => (needsYou ? 0 : alive ? 1 : 2);
    const byUse = [...terminals].sort((a, b) => rank(a) - rank(b));
    return [
      ...byUse.map((each): Entry => {
        const workspace = workspaces.byId.get(each.workspaceId ?? "")?.name;
        return {
          id: each.id,
          group: "Terminals",
          title: workspace ? `${workspace} · ${labelIn(each.label, workspace)}` : each.label,
          keywords: `terminal go open ${each.id}`,
          icon: <Sign state={each.status.state} />,
          detail: statusText(each.status, now),
          run: () => openTerminal(each.id),
        };
      }),
      ...workspaces.items.map(
        (each): Entry => ({
          id: each.id,
          group: "Workspaces",
          title: each.name,
          keywords: `workspace go open ${each.branch ?? ""}`,
          icon: <Sign state={workspaceStatus(each).state} />,
          detail: each.branch,
          run: () => openWorkspace(each.id),
        }),
      ),
    ];
  }, [terminals, workspaces]);
}

function useProgramEntries(): Entry[] {
  const current = useCurrentWorkspace();
  const launch = useLaunch();
  const list = usePrograms().data;
  const isolation = useDefaultIsolation();
  const isolated = isolation !== null && isolation !== "none";
  return useMemo(() => {
    if (!current || !list) return [];
    return list.programs
      .filter(({ found, problem }) => found !== null && problem === null)
      .map((program) => ({ ...program, isolated: isolated && !isShell(program) }))
      .map(({ id, name, isolated }) => ({
        id: `launch-${id}`,
        group: `Launch in ${current.name}`,
        title: `Launch ${name}`,
        keywords: `start run agent ${current.name}`,
        icon: <Sign state={isolated ? "isolated" : "not-isolated"} />,
        detail: isolated ? `In a bottle (${isolation})` : "On this computer, not isolated",
        run: () => void orNotice(`Could not launch ${name}`, launch({ workspaceId: current.id, programId: id })),
      }));
  }, [current, list, launch, isolation, isolated]);
}

function useCommandEntries(): Entry[] {
  const parts = useCommandList((state) => state.parts);
  return useMemo(
    () =>
      allCommands(parts)
        // The palette itself, and second keys of others, are not worth a row.
        .filter(({ group, id }) => group !== "" && id !== "go.palette")
        .map(({ id, group, title, keywords, unavailable, shortcut, run }) => ({
          id,
          group,
          title,
          keywords: `${group} ${keywords ?? ""}`,
          disabled: unavailable !== undefined,
          detail: unavailable ?? (shortcut && <Keys>{shortcutLabel(shortcut)}</Keys>),
          run,
        })),
    [parts],
  );
}

/** The command palette: every action, every terminal and workspace, every agent program, by a few letters. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { Command as Cmdk } from "cmdk";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { workspaceStatus } from "#shared/states.ts";
import { useClient } from "../connection/index.ts";
import { useLaunch } from "../launches/use-launch.ts";
import { useTerminalSummaries, useWorkspaces } from "../live/index.ts";
import { frontPanel, useDock } from "../terminals/panels.tsx";
import { Keys, orNotice, Sign, statusText } from "../ui/index.ts";
import { allCommands, matches, shortcutLabel, useCommandList } from "./commands.ts";
import { openTerminal, openWorkspace, useUi } from "./open.ts";
import { shortcuts } from "./shortcuts.ts";
import { useCurrentWorkspace } from "./window-commands.ts";

const close = () => useUi.setState({ paletteOpen: false });

/** Runs after the palette is gone, so that what it opens gets the keyboard. */
function choose(run: () => void): () => void {
  return () => {
    close();
    requestAnimationFrame(run);
  };
}

export default function Palette() {
  const start = useUi((ui) => ui.paletteText);
  const [text, setText] = useState(start);
  const client = useClient();
  const front = useDock((state) => (frontPanel(state)?.params as { terminalId?: string } | undefined)?.terminalId);
  // Asked before the palette takes the keyboard.
  const inTerminal = useRef(document.activeElement?.closest(".terminal-room") != null);

  return (
    <Base.Root open onOpenChange={(open) => !open && close()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Base.Popup
          aria-label="Command palette"
          className="-translate-x-1/2 fixed top-[10vh] left-1/2 z-40 flex max-h-[70vh] w-[600px] max-w-[calc(100vw-32px)] flex-col overflow-hidden rounded-md border border-line bg-raised text-text shadow-raised outline-none"
          onKeyDown={(event) => {
            if (!matches(shortcuts.palette, event.nativeEvent)) return;
            close();
            // What the key means to a shell is not lost: pressed twice it goes there.
            if (inTerminal.current && front) {
              void orNotice("Could not send the key", client.terminals.write({ id: front, text: "\x0b" }));
            }
          }}
        >
          <Cmdk label="Command palette" loop className="flex min-h-0 flex-col">
            <Cmdk.Input
              autoFocus
              value={text}
              onValueChange={setText}
              placeholder="Search or run a command"
              className="h-10 shrink-0 border-line border-b bg-transparent px-3.5 text-text outline-none placeholder:text-faint"
            />
            <Cmdk.List className="min-h-0 flex-1 overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs">
              <Cmdk.Empty className="px-2 py-6 text-center text-muted">Nothing is called that.</Cmdk.Empty>
              <Places />
              <Programs />
              <Commands />
            </Cmdk.List>
          </Cmdk>
          <div className="flex h-7 shrink-0 items-center gap-3 border-line border-t px-3 text-faint text-xs">
            <span>↑↓ choose</span>
            <span>Enter run</span>
            <span>Esc close</span>
            {inTerminal.current && (
              <span className="ml-auto">{shortcutLabel(shortcuts.palette)} again sends it to the terminal</span>
            )}
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type ItemProps = {
  id: string;
  keywords?: string[];
  icon?: ReactNode;
  detail?: ReactNode;
  disabled?: boolean;
  onChoose: () => void;
  children: ReactNode;
};

function Item({ id, keywords, icon, detail, disabled, onChoose, children }: ItemProps) {
  return (
    <Cmdk.Item
      value={id}
      {...(keywords ? { keywords } : {})}
      disabled={disabled ?? false}
      onSelect={choose(onChoose)}
      className="flex min-h-7 cursor-default items-center gap-2 rounded px-2 py-1 aria-disabled:text-faint aria-selected:bg-hover"
    >
      <span className="flex w-4 shrink-0 justify-center">{icon}</span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {detail && <span className="max-w-[45%] shrink-0 truncate text-faint text-sm">{detail}</span>}
    </Cmdk.Item>
  );
}

function Places() {
  const terminals = useTerminalSummaries();
  const workspaces = useWorkspaces();
  return (
    <>
      {terminals.length > 0 && (
        <Cmdk.Group heading="Terminals">
          {terminals.map((each) => {
            const workspace = workspaces.byId.get(each.workspaceId ?? "")?.name;
            return (
              <Item
                key={each.id}
                id={each.id}
                keywords={[each.label, workspace ?? "", "terminal go open"]}
                icon={<Sign state={each.status.state} />}
                detail={statusText(each.status, Date.now())}
                onChoose={() => openTerminal(each.id)}
              >
                {workspace && <span className="text-muted">{workspace} · </span>}
                {each.label}
              </Item>
            );
          })}
        </Cmdk.Group>
      )}
      {workspaces.items.length > 0 && (
        <Cmdk.Group heading="Workspaces">
          {workspaces.items.map((each) => (
            <Item
              key={each.id}
              id={each.id}
              keywords={[each.name, each.branch ?? "", "workspace go open"]}
              icon={<Sign state={workspaceStatus(each).state} />}
              detail={each.branch}
              onChoose={() => openWorkspace(each.id)}
            >
              {each.name}
            </Item>
          ))}
        </Cmdk.Group>
      )}
    </>
  );
}

function Programs() {
  const client = useClient();
  const current = useCurrentWorkspace();
  const launch = useLaunch();
  const programs = useQuery({ queryKey: ["programs"], queryFn: () => client.programs.list({}), staleTime: 60_000 });
  const found = programs.data?.programs.filter((program) => program.found !== null && program.problem === null) ?? [];
  if (!current || found.length === 0) return null;
  return (
    <Cmdk.Group heading={`Launch in ${current.name}`}>
      {found.map((program) => (
        <Item
          key={program.id}
          id={`launch-${program.id}`}
          keywords={[program.name, "launch start run agent", current.name]}
          icon={<Sign state="not-isolated" />}
          detail="On this computer"
          onChoose={() =>
            void orNotice(
              `Could not launch ${program.name}`,
              launch({ workspaceId: current.id, programId: program.id }),
            )
          }
        >
          Launch {program.name}
        </Item>
      ))}
    </Cmdk.Group>
  );
}

function Commands() {
  const parts = useCommandList((state) => state.parts);
  const groups = useMemo(() => {
    const byGroup = new Map<string, ReturnType<typeof allCommands>>();
    for (const command of allCommands(parts)) {
      // The palette itself, and second keys of others, are not worth a row.
      if (command.group === "" || command.id === "go.palette") continue;
      byGroup.set(command.group, [...(byGroup.get(command.group) ?? []), command]);
    }
    return [...byGroup];
  }, [parts]);
  return groups.map(([group, commands]) => (
    <Cmdk.Group key={group} heading={group}>
      {commands.map((command) => (
        <Item
          key={command.id}
          id={command.id}
          keywords={[command.title, group, command.keywords ?? ""]}
          disabled={command.unavailable !== undefined}
          detail={command.unavailable ?? (command.shortcut && <Keys>{shortcutLabel(command.shortcut)}</Keys>)}
          onChoose={command.run}
        >
          {command.title}
        </Item>
      ))}
    </Cmdk.Group>
  ));
}

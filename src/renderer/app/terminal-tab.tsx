/** A terminal's tab: state sign, workspace, program. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { labelIn } from "#shared/terminals/label.ts";
import { useTerminal, useTerminalLabel, useTerminalStatus, useWorkspace } from "../live/index.ts";
import { PlacedName, Sign, StateSign } from "../ui/index.ts";
import { BottleMark } from "./bottle-mark.tsx";

export function TerminalTab({ terminalId }: { terminalId: string }) {
  const terminal = useTerminal(terminalId);
  if (terminal === undefined) {
    return (
      <>
        <Sign state="unknown" />
        <span className="truncate">{terminalId}</span>
      </>
    );
  }
  return <KnownTab terminal={terminal} />;
}

function KnownTab({ terminal }: { terminal: Terminal }) {
  const workspace = useWorkspace(terminal.owner.workspaceId ?? null);
  const label = useTerminalLabel(terminal);
  return (
    <>
      <StateSign status={useTerminalStatus(terminal)} />
      {terminal.owner.bottleId && <BottleMark bottleId={terminal.owner.bottleId} />}
      <PlacedName place={workspace?.name} name={labelIn(label, workspace?.name)} />
    </>
  );
}

/** The tab's tooltip: all of what the tab has no room for. */
export function useTerminalTitle(terminalId: string): string {
  const terminal = useTerminal(terminalId);
  const workspace = useWorkspace(terminal?.owner.workspaceId ?? null);
  const name = useTerminalLabel(terminal);
  if (terminal === undefined) return terminalId;
  const where = terminal.currentCwd ?? terminal.cwd;
  return [
    workspace ? `${workspace.name} · ${labelIn(name, workspace.name)}` : name,
    terminal.title && terminal.title !== name ? terminal.title : null,
    where,
  ]
    .filter(Boolean)
    .join("\n");
}

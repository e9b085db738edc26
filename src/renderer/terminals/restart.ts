/** Starts what an ended terminal ran again: a new terminal takes the place of the old one in the dock; the old one stays in the list. */
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { terminalPanel } from "../app/terminal-panel.tsx";
import type { Client } from "../connection/index.ts";
import { dock } from "../dock/panels.tsx";
import { showSummary } from "../launches/use-launch.ts";

type Ended = Pick<Terminal, "id" | "owner">;

export async function restartTerminal(client: Client, { id, owner }: Ended, panelId: string): Promise<void> {
  const { launchId, workspaceId, programId, bottleId } = owner;
  // What was isolated is not started again outside: its summary comes first, as before every launch into a bottle.
  if (bottleId && workspaceId && programId) {
    showSummary(workspaceId, { programId });
    return;
  }
  // A launched program is launched anew: its old command line names a conversation that exists by now.
  const launched = launchId && workspaceId && programId ? { workspaceId, programId } : null;
  const started = launched ? (await client.launches.start(launched)).terminal : await client.terminals.restart({ id });
  replace(panelId, started);
}

/** Starts the program of a launch again with the conversation it had. */
export async function resumeLaunch(client: Client, launch: Launch, panelId: string): Promise<void> {
  if (launch.isolation !== "none") {
    showSummary(launch.workspaceId, { programId: launch.programId, resume: launch.id });
    return;
  }
  replace(panelId, (await client.launches.resume({ id: launch.id })).terminal);
}

function replace(panelId: string, { id }: Pick<Terminal, "id">): void {
  terminalPanel.open({ terminalId: id }, { beside: panelId });
  dock.close(panelId);
}

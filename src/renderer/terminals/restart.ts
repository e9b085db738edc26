/** Starts what an ended terminal ran again: a new terminal takes the place of the old one in the dock; the old one stays in the list. */
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Client } from "../connection/index.ts";
import { dock } from "./panels.tsx";
import { terminalPanel } from "./terminal-panel.tsx";

type Ended = Pick<Terminal, "id" | "owner">;

export async function restartTerminal(client: Client, { id, owner }: Ended, panelId: string): Promise<void> {
  const { launchId, workspaceId, programId } = owner;
  // A launched program is launched anew: its old command line names a conversation that exists by now.
  const launched = launchId && workspaceId && programId ? { workspaceId, programId } : null;
  const started = launched ? (await client.launches.start(launched)).terminal : await client.terminals.restart({ id });
  replace(panelId, started);
}

/** Starts the program of a launch again with the conversation it had. */
export async function resumeLaunch(client: Client, launchId: string, panelId: string): Promise<void> {
  replace(panelId, (await client.launches.resume({ id: launchId })).terminal);
}

function replace(panelId: string, { id }: Pick<Terminal, "id">): void {
  terminalPanel.open({ terminalId: id }, { beside: panelId });
  dock.close(panelId);
}

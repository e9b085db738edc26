/** Starts an ended terminal's command again: a new terminal takes the place of the old one in the dock; the old one stays in the list. */
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Client } from "../connection/index.ts";
import { dock } from "./panels.tsx";
import { terminalPanel } from "./terminal-panel.tsx";

export async function restartTerminal(client: Client, { id }: Pick<Terminal, "id">, panelId: string): Promise<void> {
  const started = await client.terminals.restart({ id });
  terminalPanel.open({ terminalId: started.id }, { beside: panelId });
  dock.close(panelId);
}

/** A new login shell in a panel, in the directory and workspace of the terminal it is opened from. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { terminalPanel } from "../app/terminal-panel.tsx";
import type { Client } from "../connection/index.ts";
import type { OpenOptions } from "../dock/panels.tsx";

export async function newShell(client: Client, from: Terminal | null, options: OpenOptions = {}): Promise<void> {
  const cwd = from?.currentCwd ?? from?.cwd;
  const workspaceId = from?.owner.workspaceId;
  const created = await client.terminals.create({
    ...(cwd ? { cwd } : {}),
    ...(workspaceId ? { owner: { workspaceId } } : {}),
    ...(from ? { size: from.size } : {}),
  });
  terminalPanel.open({ terminalId: created.id }, options);
}

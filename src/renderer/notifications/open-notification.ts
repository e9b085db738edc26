/** Where a click on a notification leads. */
import type { Notification } from "#shared/contract/notifications.ts";
import type { Actions } from "../app/actions.ts";
import { openJob, openTerminal, openWorkspace } from "../app/open.ts";
import { openGateway } from "../gateway/index.ts";
import { openGitGate } from "../git-gate/index.ts";
import { openProposals } from "../supervise/index.ts";

export function openNotification(note: Notification, actions: Actions): void {
  if (note.kind === "gateway-asks") openGateway();
  else if (note.kind === "bottle-asks") openProposals();
  else if (note.kind === "git-push-asks") openGitGate();
  else if (note.about?.type === "job" && note.about.failed) openJob(note.about.id);
  else if (note.terminalId) openTerminal(note.terminalId, { cellId: note.cellId });
  else if (note.workspaceId) openWorkspace(note.workspaceId);
  actions.markSeen(note.terminalId ? { terminalId: note.terminalId } : { id: note.id });
}

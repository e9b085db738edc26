/** What a person can do to terminals and workspaces from any place. Failures are told in a notice, because the place may be gone by then. */
import { useMemo } from "react";
import type { NotificationAction } from "#shared/contract/notifications.ts";
import { actionWords } from "#shared/notifications/actions.ts";
import type { Client } from "../connection/index.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { notice, orNotice } from "../ui/index.ts";
import { checkForUpdates } from "../updates/index.ts";
import { openTerminal } from "./open.ts";

export type Actions = ReturnType<typeof actionsOf>;

export function useActions(): Actions {
  const client = useClient();
  return useMemo(() => actionsOf(client), [client]);
}

/** The editor that the person has chosen, else one that there is. */
const editorScript = `
for editor in "$VISUAL" "$EDITOR" sensible-editor nano vim vi; do
  command -v "\${editor%% *}" >/dev/null 2>&1 && exec $editor "$1"
done
echo "No editor was found. Set EDITOR in your shell's profile, or edit $1 with another program."
exit 1`;

function actionsOf(client: Client) {
  return {
    async newShell(workspaceId?: string): Promise<void> {
      const made = await orNotice(
        "Could not open a terminal",
        client.terminals.create(workspaceId ? { owner: { workspaceId } } : {}),
      );
      if (made) openTerminal(made.id);
    },
    /** In the person's editor, in a terminal: that works wherever Cellar runs, also where it has no desktop. */
    async editFile(path: string): Promise<void> {
      const argv = /^[A-Za-z]:\\/.test(path) ? ["notepad.exe", path] : ["sh", "-c", editorScript, "sh", path];
      const name = path.split(/[\\/]/).at(-1) ?? path;
      // A name belongs to one terminal: it may be open already.
      const named = client.terminals.create({ argv, name }).catch((thrown: unknown) => {
        if (problemFrom(thrown).code !== "conflict") throw thrown;
        return client.terminals.create({ argv });
      });
      const made = await orNotice(`Could not open ${name}`, named);
      if (made) openTerminal(made.id);
    },
    async restart(terminalId: string): Promise<void> {
      const made = await orNotice("Could not start it again", client.terminals.restart({ id: terminalId }));
      if (made) openTerminal(made.id);
    },
    stop(terminalId: string): void {
      void orNotice("Could not stop the terminal", client.terminals.kill({ id: terminalId }));
    },
    forget(terminalId: string): void {
      void orNotice("Could not remove the terminal", client.terminals.remove({ id: terminalId }));
    },
    copy(text: string, what: string): void {
      void orNotice(
        `Could not copy the ${what}`,
        navigator.clipboard.writeText(text).then(() => notice({ kind: "done", text: `Copied the ${what}` })),
      );
    },
    reveal(path: string): void {
      void orNotice("Could not show the folder", client.app.reveal({ path }));
    },
    markSeen(which: { id?: string; terminalId?: string } = {}): void {
      void orNotice("Could not mark it as seen", client.notifications.markSeen(which));
    },
    /** What a notification offers, done where it stands. */
    async answerNotification(id: string, action: NotificationAction): Promise<void> {
      await orNotice(actionWords[action].failed, client.notifications.act({ id, action }));
    },
    clearNotifications(): void {
      void orNotice("Could not clear the notifications", client.notifications.clear({}));
    },
    async pauseNotifications(minutes: number): Promise<void> {
      await orNotice("Could not pause notifications", client.notifications.pause({ minutes }));
    },
    changeSettings(change: Parameters<Client["settings"]["change"]>[0]): void {
      void orNotice("Could not keep the setting", client.settings.change(change));
    },
    cancelJob(jobId: string): void {
      void orNotice("Could not cancel it", client.jobs.cancel({ id: jobId }));
    },
    dismissJob(jobId: string): void {
      void orNotice("Could not remove it from the list", client.jobs.dismiss({ id: jobId }));
    },
    lockVault(): void {
      void orNotice("Could not lock the vault", client.vault.lock({}));
    },
    checkForUpdates(): void {
      void checkForUpdates(client);
    },
    restartHost(): void {
      void orNotice("Could not start the terminal host", client.app.restartHost({}));
    },
  };
}

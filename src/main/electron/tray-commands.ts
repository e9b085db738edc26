/** What the tray's entries do. */
import type { WindowRequest } from "#shared/contract/app.ts";
import type { TrayCommand } from "./tray-model.ts";

export type TrayCommandParts = {
  services: { pauseNotifications(minutes: number): void };
  show(): void;
  /** Shows something in a window that is brought to the front: what is of a workspace in that one's own, where it is open. */
  showRequest(request: WindowRequest, workspaceId?: string | null): void;
  dropped(paths: readonly string[]): void;
  leave: { ask(): Promise<void>; askToEnd(): Promise<void> };
};

export function trayCommands({
  services,
  show,
  showRequest,
  dropped,
  leave,
}: TrayCommandParts): (command: TrayCommand) => void {
  return (command) => {
    switch (command.type) {
      case "show":
        return show();
      case "pause":
        return services.pauseNotifications(command.minutes);
      case "newWorkspace":
        return showRequest({ type: "newWorkspace", source: null });
      case "terminal":
        return showRequest({ type: "terminal", terminalId: command.terminalId }, command.workspaceId);
      case "dropped":
        return dropped(command.paths);
      case "running":
      case "notifications":
      case "newTerminal":
      case "launch":
        return showRequest({ type: command.type });
      case "quit":
        return void leave.ask();
      case "endAndQuit":
        return void leave.askToEnd();
    }
  };
}

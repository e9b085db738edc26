/** What the desktop asks this window to show or do: a notification that was clicked outside, an entry of a menu, something that was given to the app. */
import { useEffect } from "react";
import type { CommandId } from "#shared/commands/catalogue.ts";
import type { WindowRequest } from "#shared/contract/app.ts";
import { useActions } from "../app/actions.ts";
import { runCommand } from "../app/commands.ts";
import { openLaunch, openNewWorkspace, openRunning, openTerminal, openWorkspace, useUi } from "../app/open.ts";
import { type Client, reachable, useConnection } from "../connection/index.ts";
import { follow } from "../live/follow.ts";
import { here } from "../live/place.ts";
import { openNotification } from "../notifications/open-notification.ts";
import { notice } from "../ui/index.ts";
import { followLink } from "./follow-link.ts";

export function useWindowRequests(): void {
  const connection = useConnection();
  const actions = useActions();
  useEffect(() => {
    const stop = new AbortController();
    void follow(
      (signal) => connection.client.app.watchRequests({ window: here }, { signal }),
      reachable(connection),
      {
        event: (request) => show(request, actions, connection.client),
        lost: () => {},
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [connection, actions]);
}

function show(request: WindowRequest, actions: ReturnType<typeof useActions>, client: Client): void {
  switch (request.type) {
    case "notification":
      openNotification(request.notification, actions);
      break;
    case "notifications":
      useUi.setState({ notificationsOpen: true });
      break;
    case "workspace":
      openWorkspace(request.workspaceId);
      break;
    case "terminal":
      openTerminal(request.terminalId);
      break;
    case "running":
      openRunning();
      break;
    case "newTerminal":
      void actions.newShell();
      break;
    case "launch":
      openLaunch();
      break;
    case "link":
      void followLink(request.url, client);
      break;
    case "dropped":
      openNewWorkspace(...request.paths.map((text) => ({ kind: "text" as const, text })));
      break;
    case "command":
      choose(request.id);
      break;
    case "newWorkspace":
      if (request.source === null) openNewWorkspace();
      else openNewWorkspace({ kind: "text", text: request.source });
      break;
  }
}

/** From the application menu, which does not know what can be done now. */
function choose(id: CommandId): void {
  // In a field, all of the field is meant.
  const focused = document.activeElement;
  if (id === "terminal.select-all" && focused && !focused.closest(".terminal-room"))
    return void document.execCommand("selectAll");
  const problem = runCommand(id);
  if (problem !== null) notice({ kind: "failed", text: problem });
}

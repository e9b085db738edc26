/** What the desktop asks this window to show or do: a notification that was clicked outside, an entry of a menu, something that was given to the app. */
import { useEffect } from "react";
import type { CommandId } from "#shared/commands/catalogue.ts";
import type { WindowRequest } from "#shared/contract/app.ts";
import { type Client, reachable, useConnection } from "../connection/index.ts";
import { follow } from "../live/follow.ts";
import { openNotification } from "../notifications/open-notification.ts";
import { notice } from "../ui/index.ts";
import { useActions } from "./actions.ts";
import { runCommand } from "./commands.ts";
import { followLink } from "./follow-link.ts";
import { openNewWorkspace, openTerminal, openWorkspace } from "./open.ts";

export function useWindowRequests(): void {
  const connection = useConnection();
  const actions = useActions();
  useEffect(() => {
    const stop = new AbortController();
    void follow(
      (signal) => connection.client.app.watchRequests({}, { signal }),
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
  if (request.type === "notification") openNotification(request.notification, actions);
  else if (request.type === "workspace") openWorkspace(request.workspaceId);
  else if (request.type === "terminal") openTerminal(request.terminalId);
  else if (request.type === "link") void followLink(request.url, client);
  else if (request.type === "dropped")
    openNewWorkspace(...request.paths.map((text) => ({ kind: "text" as const, text })));
  else if (request.type === "command") choose(request.id);
  else if (request.source === null) openNewWorkspace();
  else openNewWorkspace({ kind: "text", text: request.source });
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

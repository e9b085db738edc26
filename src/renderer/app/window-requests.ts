/** What the desktop asks this window to show: a notification that was clicked outside, an entry of the tray's menu. */
import { useEffect } from "react";
import type { WindowRequest } from "#shared/contract/app.ts";
import { reachable, useConnection } from "../connection/index.ts";
import { follow } from "../live/follow.ts";
import { here } from "../live/place.ts";
import { openNotification } from "../notifications/open-notification.ts";
import { useActions } from "./actions.ts";
import { openLaunch, openNewWorkspace, openRunning, openTerminal, openWorkspace, useUi } from "./open.ts";

export function useWindowRequests(): void {
  const connection = useConnection();
  const actions = useActions();
  useEffect(() => {
    const stop = new AbortController();
    void follow(
      (signal) => connection.client.app.watchRequests({ window: here }, { signal }),
      reachable(connection),
      {
        event: (request) => show(request, actions),
        lost: () => {},
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [connection, actions]);
}

function show(request: WindowRequest, actions: ReturnType<typeof useActions>): void {
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
    case "newWorkspace":
      if (request.source === null) openNewWorkspace();
      else openNewWorkspace({ kind: "text", text: request.source });
      break;
  }
}

/** What the desktop asks this window to show: a notification that was clicked outside, an entry of the tray's menu. */
import { useEffect } from "react";
import { reachable, useConnection } from "../connection/index.ts";
import { follow } from "../live/follow.ts";
import { openNotification } from "../notifications/open-notification.ts";
import { useActions } from "./actions.ts";
import { openNewWorkspace } from "./open.ts";

export function useWindowRequests(): void {
  const connection = useConnection();
  const actions = useActions();
  useEffect(() => {
    const stop = new AbortController();
    void follow(
      (signal) => connection.client.app.watchRequests({}, { signal }),
      reachable(connection),
      {
        event: (request) => {
          if (request.type === "notification") openNotification(request.notification, actions);
          else if (request.source === null) openNewWorkspace();
          else openNewWorkspace({ kind: "text", text: request.source });
        },
        lost: () => {},
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [connection, actions]);
}

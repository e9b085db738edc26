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
    const { client } = connection;
    const ready = reachable(connection);
    const lost = () => {};
    void follow(
      (signal) => client.app.watchRequests({}, { signal }),
      ready,
      {
        event: ({ source }) => openNewWorkspace(...(source === null ? [] : [{ kind: "text" as const, text: source }])),
        lost,
      },
      stop.signal,
    );
    void follow(
      (signal) => client.notifications.opened({}, { signal }),
      ready,
      { event: (note) => openNotification(note, actions), lost },
      stop.signal,
    );
    return () => stop.abort();
  }, [connection, actions]);
}

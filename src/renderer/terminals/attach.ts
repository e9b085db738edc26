/** A terminal's stream over this window's connection. */
import type { Connection } from "../connection/index.ts";
import {
  type OpenStream,
  StreamClient,
  type StreamSink,
  type StreamTransportEvents,
  type StreamView,
} from "./stream-client.ts";

export type Attached = { client: StreamClient; detach: () => void };

export function attach(connection: Connection, terminalId: string, sink: StreamSink, view: StreamView): Attached {
  const open: OpenStream = (events, now) =>
    connection.status.state === "connected" ? connection.openTerminalStream(terminalId, now, events) : refused(events);
  const client = new StreamClient(open, sink, view);
  // The client waits longer and longer between attempts; the window's own connection knows better when one is worth making.
  const stop = connection.onStatus(({ state }) => {
    if (state === "connected") client.retryNow();
  });
  return {
    client,
    detach: () => {
      stop();
      client.close();
    },
  };
}

/** Without the window's connection an attempt is known to fail; it is not made. */
function refused(events: StreamTransportEvents) {
  queueMicrotask(() => events.closed("lost"));
  return { send: () => {}, close: () => {} };
}

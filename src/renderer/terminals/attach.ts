/** A terminal's stream over this window's connection. */
import type { Connection } from "../connection/index.ts";
import { StreamClient, type StreamSink, type StreamView } from "./stream-client.ts";

export type Attached = { client: StreamClient; detach: () => void };

export function attach(connection: Connection, terminalId: string, sink: StreamSink, view: StreamView): Attached {
  const client = new StreamClient((events, now) => connection.openTerminalStream(terminalId, now, events), sink, view);
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

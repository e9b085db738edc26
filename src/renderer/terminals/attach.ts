/** A terminal's stream over this window's connection: what the stream client calls a transport. */
import type { Connection } from "../connection/connection.ts";
import { type OpenStream, StreamClient, type StreamSink, type StreamView } from "./stream-client.ts";

export function attach(connection: Connection, terminalId: string, sink: StreamSink, view: StreamView): StreamClient {
  const client = new StreamClient(openOver(connection, terminalId), sink, view);
  // The client waits longer and longer between attempts; the window's own connection knows better when it is worth one.
  const stop = connection.onStatus(({ state }) => {
    if (client.state === "closed") stop();
    else if (state === "connected") client.retryNow();
  });
  return client;
}

function openOver(connection: Connection, terminalId: string): OpenStream {
  return (events, view) => {
    const port = connection.openTerminalStream(terminalId, view);
    let opened = false;
    let over = false;
    const leave = () => {
      over = true;
      stop();
      port.close();
    };
    const stop = connection.onStatus(({ state }) => {
      if (over || state === "connected" || state === "connecting") return;
      leave();
      events.closed("lost");
    });
    port.onRefused(() => {
      if (over) return;
      leave();
      events.closed("gone");
    });
    port.onFrame((frame) => {
      if (over) return;
      if (!opened) {
        opened = true;
        events.opened();
      }
      if (!over) events.frame(frame);
    });
    return { send: (frame) => port.send(frame), close: () => !over && leave() };
  };
}

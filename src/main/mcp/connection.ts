/** One `cellar mcp` process: MCP's messages, one JSON each, over a WebSocket on the home's socket. */
import { type JSONRPCMessage, parseJSONRPCMessage, type Transport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { WebSocket } from "ws";
import type { Identity } from "./caller.ts";
import { terminalsOnly } from "./offer.ts";
import { mcpServer, type ServerParts } from "./server.ts";
import type { Updates } from "./updates.ts";

/** Serves until the socket is closed, by whichever side. */
export function serveMcpSocket(parts: ServerParts, updates: Updates, identity: Identity, socket: WebSocket): void {
  const subscribed = new Set<string>();
  let server: ReturnType<typeof mcpServer> | null = null;
  let legacy = true;
  const stop = updates.follow(identity, {
    changed(uri) {
      if (legacy && !subscribed.has(uri)) return;
      server?.server.sendResourceUpdated({ uri }).catch(() => {});
    },
    listChanged() {
      server?.server.sendResourceListChanged().catch(() => {});
    },
  });
  socket.once("close", stop);
  serveStdio(
    ({ era }) => {
      legacy = era === "legacy";
      server = mcpServer(parts, {
        identity,
        offer: terminalsOnly,
        via: "stdio",
        notified: true,
        ...(legacy && { subscribed }),
      });
      return server;
    },
    {
      transport: socketTransport(socket),
      onerror: (error) => parts.log.debug({ err: error }, "a message over stdio was not served"),
    },
  );
}

function socketTransport(socket: WebSocket): Transport {
  const transport: Transport = {
    async start() {
      socket.on("message", (data) => {
        let message: JSONRPCMessage;
        try {
          message = parseJSONRPCMessage(JSON.parse(data.toString()));
        } catch (error) {
          return void transport.onerror?.(error as Error);
        }
        transport.onmessage?.(message);
      });
      socket.on("error", () => socket.terminate());
      socket.on("close", () => transport.onclose?.());
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
      }),
    async close() {
      socket.close(1000);
    },
  };
  return transport;
}

/**
 * The contract on the socket of the home (Unix socket, mode 0600 in a 0700 directory; named pipe on Windows), for the command line and
 * for a second start of Cellar. Whoever may open the socket is the person; there is no token.
 */
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { listenOnSocket } from "#node/listen-on-socket.ts";
import { largestMessageBytes, mcpPath, mcpProtocol, rpcPath, rpcProtocol } from "#shared/connection.ts";
import { closeServer } from "./closing.ts";
import { bearerOf } from "./guard.ts";
import type { RpcServer } from "./rpc.ts";
import { serveRpcSocket } from "./web-socket.ts";

export type HomeSocket = { close(): Promise<void> };

/** Takes the connection of a `cellar mcp` process; the token is what it has in its environment. */
export type AcceptMcp = (socket: WebSocket, token: string | null) => void;

/** Listens at `path`. The caller holds the lock of the home, so that a socket found there is a dead one's. */
export async function serveHomeSocket(rpc: RpcServer, acceptMcp: AcceptMcp, path: string): Promise<HomeSocket> {
  const server = createServer((_request, response) => response.writeHead(426, { connection: "close" }).end());
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    handleProtocols: (offered) => [rpcProtocol, mcpProtocol].find((protocol) => offered.has(protocol)) ?? false,
  });
  server.on("upgrade", (request, socket: Duplex, head) => {
    socket.on("error", () => socket.destroy());
    // A browser can be made to talk to a proxy of a Unix socket; it always says where it comes from.
    const { origin, authorization } = request.headers;
    if ((request.url !== rpcPath && request.url !== mcpPath) || origin !== undefined) {
      return void socket.end("HTTP/1.1 403 Refused\r\nconnection: close\r\n\r\n");
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (request.url === rpcPath) return serveRpcSocket(rpc, webSocket, "socket");
      // A token that cannot be read stands for nobody; it must not make its owner the person.
      acceptMcp(webSocket, authorization === undefined ? null : (bearerOf(authorization) ?? ""));
    });
  });
  await listenOnSocket(server, path);
  return {
    close: () => closeServer(server, sockets),
  };
}

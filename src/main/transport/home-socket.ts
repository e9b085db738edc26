/**
 * The contract on the socket of the home (Unix socket, mode 0600 in a 0700 directory; named pipe on Windows), for the command line and
 * for a second start of Cellar. Whoever may open the socket is the person; there is no token.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { largestMessageBytes, rpcPath, rpcProtocol } from "#shared/connection.ts";
import type { RpcServer } from "./rpc.ts";
import { serveRpcSocket } from "./web-socket.ts";

export type HomeSocket = { close(): Promise<void> };

/** Listens at `path`. The caller holds the lock of the home, so that a socket found there is a dead one's. */
export async function serveHomeSocket(rpc: RpcServer, path: string): Promise<HomeSocket> {
  if (process.platform !== "win32") rmSync(path, { force: true });
  const server = createServer((_request, response) => response.writeHead(426, { connection: "close" }).end());
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    handleProtocols: (offered) => (offered.has(rpcProtocol) ? rpcProtocol : false),
  });
  server.on("upgrade", (request, socket: Duplex, head) => {
    socket.on("error", () => socket.destroy());
    // A browser can be made to talk to a proxy of a Unix socket; it always says where it comes from.
    if (request.url !== rpcPath || request.headers.origin !== undefined) {
      return void socket.end("HTTP/1.1 403 Refused\r\nconnection: close\r\n\r\n");
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => serveRpcSocket(rpc, webSocket, "socket"));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  if (process.platform !== "win32") chmodSync(path, 0o600);
  return {
    close: async () => {
      for (const client of sockets.clients) client.close(1001, "Cellar ends");
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      const stubborn = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, 500);
      await closed;
      clearTimeout(stubborn);
    },
  };
}

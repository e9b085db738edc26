/** The contract over a WebSocket, whatever the socket below it (TCP on loopback, the home's Unix socket or named pipe). */
import { randomUUID } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { closeCodeOf, closeReasonOf } from "#shared/connection.ts";
import { problemOf } from "#shared/failure.ts";
import type { Connection } from "./context.ts";
import type { RpcServer } from "./rpc.ts";

/** Unsent bytes after which streams of a connection wait: a client that does not read must not fill main's memory. */
const sendWindowBytes = 1024 * 1024;

export function serveRpcSocket(rpc: RpcServer, socket: WebSocket, caller: Connection["caller"]): void {
  const closed = new AbortController();
  const session = rpc.open({ id: randomUUID(), caller, closed: closed.signal }, (data) => send(socket, data));
  socket.on("message", (data, isBinary) => {
    session.message(isBinary ? bytesOf(data) : data.toString()).catch((thrown: unknown) => {
      const problem = problemOf(thrown);
      socket.close(closeCodeOf(problem.code), closeReasonOf(problem));
    });
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => closed.abort());
}

/** Resolves at once while there is room, else when the message has left: that holds the next event of a stream back. */
function send(socket: WebSocket, data: string | Uint8Array | ArrayBufferLike): void | Promise<void> {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount < sendWindowBytes) return socket.send(data);
  return new Promise((resolve) => socket.send(data, () => resolve()));
}

export function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

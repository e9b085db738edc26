/** What the broker itself answers: short text, and the end of a body that nobody reads. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Header } from "./sentinel.ts";

/** Bytes of a refused request's body that are still read, so that the client gets to read the answer; then the connection ends. */
const mostUnread = 1024 * 1024;

export function answer(response: ServerResponse, status: number, text: string, more: readonly Header[] = []): void {
  const request = response.req as IncomingMessage;
  const body = Buffer.from(text);
  const unread = !request.complete;
  response.writeHead(status, [
    ...["Content-Type", "text/plain; charset=utf-8"],
    ...["Content-Length", String(body.length)],
    ...["Cache-Control", "no-store"],
    ...["X-Content-Type-Options", "nosniff"],
    ...(unread ? ["Connection", "close"] : []),
    ...more.flat(),
  ]);
  response.end(request.method === "HEAD" ? undefined : body);
  if (!unread) return;
  let left = mostUnread;
  request.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.on("error", () => {});
}

/** For a connection on which there is no request to answer. */
export function answerRaw(socket: Duplex, status: number, text: string): void {
  const body = Buffer.from(text);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${text}`,
  );
}

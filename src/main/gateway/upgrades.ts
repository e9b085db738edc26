/** WebSockets: once both sides have agreed, what they say passes unread. */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { downwardHeaders, EventRedactor, type Redactor, redacting, ServerFrames } from "../broker/index.ts";
import { endToEnd } from "./headers.ts";
import type { Open } from "./policy.ts";
import type { ProxyParts } from "./proxy-parts.ts";
import { relay } from "./relay.ts";

export function isWebSocket(request: IncomingMessage): boolean {
  return request.method === "GET" && request.headers.upgrade?.toLowerCase() === "websocket";
}

export function finishUpgrade(
  parts: ProxyParts,
  up: ClientRequest,
  { socket: client, head }: { socket: Socket; head: Buffer },
  open: Open,
  /** Of the credential that was put in. */
  redactor: Redactor | null,
): void {
  const left = () => up.destroy();
  client.once("close", left);
  up.on("upgrade", (response, upstream, first) => {
    client.off("close", left);
    const passing =
      redactor === null ? endToEnd(response.rawHeaders) : downwardHeaders(response.rawHeaders, redactor, () => false);
    const lines = passing.map(([name, value]) => `${name}: ${value}\r\n`);
    client.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines.join("")}\r\n`,
      "latin1",
    );
    if (first.length > 0) upstream.unshift(first);
    if (head.length > 0) client.unshift(head);
    const socket = upstream as Socket;
    open.follow(
      () => ({ in: socket.bytesRead, out: socket.bytesWritten }),
      () => socket.destroy(),
    );
    const inward =
      redactor === null ? null : redacting(new EventRedactor(redactor, new ServerFrames(), { bytesFirst: false }));
    void relay(client, socket, parts.limits, inward).then(() => open.end());
  });
}

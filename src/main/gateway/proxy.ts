/** A bottle's way out: an HTTP proxy that takes CONNECT and absolute form. It speaks, and decides nothing: that is the policy's. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { sameToken } from "#node/token.ts";
import type { ProxyParts } from "./proxy-parts.ts";
import { handleRequest, type Origin } from "./requests.ts";
import { openTunnel } from "./tunnels.ts";
import { isWebSocket } from "./upgrades.ts";

export type ProxyServer = {
  readonly server: Server;
  /** Ends every connection. */
  close(): void;
};

/** `password`: what a client has to show (Basic, user `cellar`) where others than the bottle can reach the listener; null on a socket of its own. */
export function createProxy(parts: ProxyParts, password: string | null): ProxyServer {
  const sockets = new Set<Duplex>();
  const origins = new WeakMap<Duplex, Origin>();
  const options = {
    maxHeaderSize: parts.limits.headerBytes,
    insecureHTTPParser: false,
    keepAliveTimeout: 60_000,
    headersTimeout: 30_000,
    // A body may take as long as it goes on; that is what the idle limit is for.
    requestTimeout: 0,
    shouldUpgradeCallback: isWebSocket,
  };
  /** For what was found in a tunnel: it cannot hold another one. */
  const inner = createServer(options);
  const server = createServer(options);
  inner.setTimeout(parts.limits.idleMs);
  server.maxConnections = parts.limits.connections;
  const originOf = (socket: Socket) => origins.get(socket) ?? null;
  const failed = (what: string, socket: Duplex) => (error: unknown) => {
    console.error(`the gateway failed at ${what}:`, error);
    socket.destroy();
  };
  for (const each of [inner, server]) {
    const mayUse = (request: IncomingMessage, refuse: (text: string) => void) => {
      if (each === inner || password === null || showsPassword(request, password)) return true;
      refuse(unauthorized);
      return false;
    };
    const onRequest = (request: IncomingMessage, response: ServerResponse) => {
      if (!mayUse(request, (text) => void request.socket.end(text))) return;
      handleRequest(parts, request, { response }, originOf(request.socket)).catch(failed("a request", request.socket));
    };
    each.on("request", onRequest);
    each.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
      // Its body is asked for once the request is allowed: that is when it is read.
      request.once("resume", () => !response.headersSent && response.writeContinue());
      onRequest(request, response);
    });
    each.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on("error", () => socket.destroy());
      if (!mayUse(request, (text) => void socket.end(text))) return;
      handleRequest(parts, request, { socket, head }, originOf(socket)).catch(failed("an upgrade", socket));
    });
    each.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on("error", () => socket.destroy());
      if (each === inner) return void socket.end(`HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n`);
      if (!mayUse(request, (text) => void socket.end(text))) return;
      if (head.length > 0) socket.unshift(head);
      openTunnel({ ...parts, serveHttp }, request, socket).catch(failed("a tunnel", socket));
    });
    each.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
      if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
      const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
      socket.end(
        `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nCellar's gateway could not read this request.\n`,
      );
    });
  }
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("drop", () => {
    const question = { kind: "tunnel" as const, host: "any host", port: 0 };
    const detail = `This bottle has ${parts.limits.connections} connections open already`;
    parts.policy.deny(
      { question, waitedId: null },
      { type: "deny", reason: "too_many", detail, rule: null, canAllow: false },
    );
  });
  function serveHttp(socket: Socket, origin: Origin): void {
    origins.set(socket, origin);
    inner.emit("connection", socket);
    // It was paused to be looked at; the server only listens.
    socket.resume();
  }
  return {
    server,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      parts.agent.destroy();
      parts.freshAgent.destroy();
    },
  };
}

const unauthorized =
  'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="Cellar gateway"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

function showsPassword(request: IncomingMessage, password: string): boolean {
  const [scheme, encoded] = request.headers["proxy-authorization"]?.split(" ") ?? [];
  if (scheme?.toLowerCase() !== "basic" || encoded === undefined) return false;
  const [user, ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  return user === "cellar" && sameToken(rest.join(":"), password);
}

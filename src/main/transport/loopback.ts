/**
 * Browser mode's server: the window's files, the contract, terminals and uploads on a loopback port. Every request passes the guard
 * first; the files need no token (they hold nothing), everything else does.
 */
import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { newToken } from "#node/token.ts";
import {
  closeCodeOf,
  closeReasonOf,
  largestMessageBytes,
  rpcPath,
  rpcProtocol,
  terminalPathPrefix,
  terminalProtocol,
  tokenOfSubprotocols,
  uploadPathPrefix,
  windowAddress,
} from "#shared/connection.ts";
import { errorStatus, type Problem } from "#shared/contract/base.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { closeServer } from "./closing.ts";
import { bearerOf, refuseHost, refuseOrigin, refuseToken } from "./guard.ts";
import { rendererFile, securityHeaders } from "./renderer-files.ts";
import type { RpcServer } from "./rpc.ts";
import { serveTerminalSocket, type TerminalStreams, terminalViewOf } from "./terminal-stream.ts";
import { serveRpcSocket } from "./web-socket.ts";

/** Where an upload's files go; the body is read with back-pressure and may be refused at any byte. */
export type Uploads = {
  receive(uploadId: string, relativePath: string, body: NodeJS.ReadableStream): Promise<void>;
};

export type Loopback = {
  /** `http://127.0.0.1:<port>/#token=…`, to be given to the person's browser only. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  close(): Promise<void>;
};

export type LoopbackParts = {
  rpc: RpcServer;
  terminalStreams: TerminalStreams;
  uploads: Uploads;
  rendererFolder: string;
};

/** Listens on 127.0.0.1; port 0 is any free one. Rejects with a {@link Failure} when the port is taken. */
export async function serveLoopback(parts: LoopbackParts, wantedPort = 0): Promise<Loopback> {
  const token = newToken();
  const server = createServer({ keepAliveTimeout: 5_000, requestTimeout: 0, headersTimeout: 10_000 });
  const port = await listen(server, wantedPort);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    // The token is offered as a subprotocol too; it must never be the one that is chosen and echoed.
    handleProtocols: (offered) => [rpcProtocol, terminalProtocol].find((protocol) => offered.has(protocol)) ?? false,
  });

  server.on("request", (request, response) => {
    answer(parts, request, response, port, token).catch((thrown: unknown) => refuse(response, problemOf(thrown)));
  });
  server.on("upgrade", (request, socket: Duplex, head) => {
    socket.on("error", () => socket.destroy());
    const refused = refuseCaller(request, port);
    if (refused !== null) return refuseUpgrade(socket, refused);
    const url = urlOf(request);
    if (url === null) return refuseUpgrade(socket, { code: "invalid_input", message: "not an address" });
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // Said by a close code rather than by HTTP, because a page cannot see why an upgrade failed.
      const unknown = refuseToken(tokenOfSubprotocols(offeredProtocols(request)), token);
      const give = (problem: Problem) => webSocket.close(closeCodeOf(problem.code), closeReasonOf(problem));
      if (unknown !== null) return give(unknown);
      if (url.pathname === rpcPath && webSocket.protocol === rpcProtocol) {
        return serveRpcSocket(parts.rpc, webSocket, "window");
      }
      if (url.pathname.startsWith(terminalPathPrefix) && webSocket.protocol === terminalProtocol) {
        try {
          return void serveTerminalSocket(parts.terminalStreams, webSocket, terminalViewOf(url));
        } catch (thrown) {
          return give(problemOf(thrown));
        }
      }
      give({ code: "not_found", message: "nothing is served here under this protocol" });
    });
  });

  return {
    url: windowAddress(`http://127.0.0.1:${port}`, token),
    port,
    token,
    close: () => closeServer(server, sockets),
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" || error.code === "EACCES";
      reject(
        taken
          ? new Failure("conflict", `port ${port} cannot be had (${error.code})`, { hint: "Choose another, or none." })
          : error,
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

function refuseCaller(request: IncomingMessage, port: number): Problem | null {
  const { host, origin } = request.headers;
  return refuseHost(host, port) ?? refuseOrigin(origin, host ?? "");
}

async function answer(
  parts: LoopbackParts,
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  token: string,
): Promise<void> {
  const host = request.headers.host ?? "";
  const refused = refuseCaller(request, port);
  if (refused !== null) return refuse(response, refused);
  for (const [name, value] of Object.entries(securityHeaders([`ws://${host}`]))) response.setHeader(name, value);
  const url = urlOf(request);
  if (url === null) return refuse(response, { code: "invalid_input", message: "not an address" });
  if (url.pathname.startsWith(uploadPathPrefix)) return receiveUpload(parts.uploads, request, response, url, token);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(response, { code: "refused", message: `${request.method} is not served here` });
  }
  const file = await rendererFile(parts.rendererFolder, url.pathname);
  if (file === null) return refuse(response, notFound(url.pathname));
  response.writeHead(200, { "content-type": file.type, "content-length": file.bytes });
  if (request.method === "HEAD") return void response.end();
  createReadStream(file.path)
    .on("error", () => response.destroy())
    .pipe(response);
}

function notFound(path: string): Problem {
  if (path !== "/") return { code: "not_found", message: "there is no such file" };
  return { code: "unavailable", message: "the window has not been built", hint: "Run `npm run build`." };
}

async function receiveUpload(
  uploads: Uploads,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  token: string,
): Promise<void> {
  const unknown = refuseToken(bearerOf(request.headers.authorization), token);
  if (unknown !== null) return refuse(response, unknown);
  if (request.method !== "PUT") return refuse(response, { code: "refused", message: "uploads are PUT" });
  const path = url.searchParams.get("path");
  const id = url.pathname.slice(uploadPathPrefix.length);
  if (path === null || !/^up-[0-9a-f]{32}$/.test(id)) {
    return refuse(response, { code: "invalid_input", message: "an upload has an id and a path" });
  }
  await uploads.receive(id, path, request);
  response.writeHead(204).end();
}

/** Answers with a problem and lets go of a body that nobody reads. */
function refuse(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(errorStatus[problem.code] === 499 ? 400 : errorStatus[problem.code], {
    "content-type": "application/json; charset=utf-8",
    connection: "close",
  });
  response.end(`${JSON.stringify(problem)}\n`);
}

function refuseUpgrade(socket: Duplex, problem: Problem): void {
  const body = `${JSON.stringify(problem)}\n`;
  socket.end(
    `HTTP/1.1 ${errorStatus[problem.code]} Refused\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function urlOf(request: IncomingMessage): URL | null {
  const path = request.url ?? "/";
  return path.startsWith("/") && !path.startsWith("//") ? URL.parse(`http://loopback${path}`) : null;
}

function offeredProtocols(request: IncomingMessage): string[] {
  return (request.headers["sec-websocket-protocol"] ?? "").split(",").map((protocol) => protocol.trim());
}

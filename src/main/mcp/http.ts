/**
 * The endpoint on loopback, and those of bottles on their sockets: streamable HTTP at `/mcp`. Every request passes the guard before a byte of its body is read. There are no
 * sessions to leak: each request says who it is from, and a client that vanishes takes its streams with it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { Allowance } from "#node/allowance.ts";
import { listenOnSocket } from "#node/listen-on-socket.ts";
import { largestMessageBytes, mcpPath } from "#shared/connection.ts";
import { errorStatus, type Problem } from "#shared/contract/base.ts";
import { problemOf } from "#shared/failure.ts";
import { bearerOf, refuseAnyOrigin, refuseHost } from "../transport/guard.ts";
import { type Identity, sameIdentity } from "./caller.ts";

/** Connections at the same time; fifty busy agents need a few each. */
const mostConnections = 512;

/** Those of a bottle, where a program may try to keep everybody busy: so many connections, so many requests at once and a second. */
const mostConnectionsInside = 64;
const ofBottle = { burst: 100, perSecond: 20 };
const tooOften: Problem = {
  code: "unavailable",
  message: "Too many requests at a time",
  hint: "Try again in a second.",
};

/** A client that goes on sending what nobody wants is cut off after so long. */
const cutOffAfterMs = 1_000;

export type McpHttpParts = {
  /** Who asks; null for nobody that is served. `token`: null when none was shown. */
  identityOf(token: string | null): Promise<Identity | null>;
  serve(identity: Identity, request: Request): Promise<Response>;
};

export type McpHttp = {
  /** As clients know it. */
  readonly port: number;
  /** Ends what is open for one caller. */
  endFor(identity: Identity): void;
  close(): Promise<void>;
};

type Open = { identity: Identity; response: ServerResponse };

/** Listens on 127.0.0.1 at `wantedPort` when it is free, else at any. */
export async function serveMcpHttp(parts: McpHttpParts, wantedPort: number): Promise<McpHttp> {
  const server = makeServer(mostConnections);
  return serving(server, parts, await listen(server, wantedPort), null);
}

/** Listens on a socket to which `port` of a bottle leads. */
export async function serveMcpInside(parts: McpHttpParts, socket: string, port: number): Promise<McpHttp> {
  const server = makeServer(mostConnectionsInside);
  await listenOnSocket(server, socket);
  return serving(server, parts, port, new Allowance(ofBottle));
}

function makeServer(connections: number): Server {
  const server = createServer({ keepAliveTimeout: 5_000, requestTimeout: 30_000, headersTimeout: 10_000 });
  server.maxConnections = connections;
  return server;
}

function serving(server: Server, parts: McpHttpParts, port: number, allowance: Allowance | null): McpHttp {
  const open = new Set<Open>();
  server.on("request", (request, response) => {
    if (allowance?.takes(performance.now()) === false) return refuse(response, tooOften);
    answer(parts, request, response, port, open).catch((thrown: unknown) => refuse(response, problemOf(thrown)));
  });
  return {
    port,
    endFor(identity) {
      for (const each of open) if (sameIdentity(each.identity, identity)) each.response.destroy();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, wanted: number): Promise<number> {
  const at = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  await at(wanted).catch((error: NodeJS.ErrnoException) => {
    if (wanted === 0 || (error.code !== "EADDRINUSE" && error.code !== "EACCES")) throw error;
    return at(0);
  });
  return (server.address() as AddressInfo).port;
}

async function answer(
  parts: McpHttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  open: Set<Open>,
): Promise<void> {
  const { host, origin, authorization } = request.headers;
  const refused = refuseHost(host, port) ?? refuseAnyOrigin(origin);
  if (refused !== null) return refuse(response, refused);
  if (request.url?.split("?")[0] !== mcpPath) {
    return refuse(response, { code: "not_found", message: "nothing is served here" });
  }
  const token = bearerOf(authorization);
  const identity = await parts.identityOf(token);
  if (identity === null) return refuse(response, unauthorized(token));
  // GET and DELETE belong to sessions, of which there are none.
  if (request.method !== "POST") return void response.writeHead(405, { allow: "POST", connection: "close" }).end();
  const body = await bodyOf(request);
  if (body === null) {
    return refuse(response, { code: "too_large", message: `a message has at most ${largestMessageBytes} bytes` });
  }
  const gone = new AbortController();
  const entry = { identity, response };
  open.add(entry);
  response.once("close", () => {
    open.delete(entry);
    gone.abort();
  });
  if (response.destroyed) return;
  await send(await parts.serve(identity, webRequest(request, port, body, gone.signal)), response);
}

function unauthorized(token: string | null): Problem {
  return token === null
    ? { code: "unauthorized", message: "no token was given", hint: "Send it as authorization: Bearer <token>." }
    : { code: "unauthorized", message: "this token is not valid (any more)" };
}

/**
 * Null when it is larger than any message may be. What follows is read for a moment and thrown away: a client that is cut off while it
 * still sends would not see the answer.
 */
function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer> | null> {
  let chunks: Buffer[] | null = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const tooLarge = () => {
      if (chunks === null) return;
      chunks = null;
      setTimeout(() => resolve(null), cutOffAfterMs).unref();
    };
    if (Number(request.headers["content-length"] ?? 0) > largestMessageBytes) tooLarge();
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > largestMessageBytes) tooLarge();
      chunks?.push(chunk);
    });
    request.once("end", () => resolve(chunks && Buffer.concat(chunks)));
    request.once("error", reject);
  });
}

function webRequest(request: IncomingMessage, port: number, body: Buffer<ArrayBuffer>, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // The token has done its work, and is nobody else's business.
    if (value !== undefined && name !== "authorization") headers.set(name, String(value));
  }
  return new Request(`http://127.0.0.1:${port}${mcpPath}`, { method: "POST", headers, signal, body });
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) return void response.end();
  // The client may be gone in the middle; that is no failure of ours.
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response).catch(() => {});
}

/** Answers with a problem and lets go of a body that nobody reads. */
function refuse(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(errorStatus[problem.code], {
    "content-type": "application/json; charset=utf-8",
    connection: "close",
    ...(problem.code === "unauthorized" && { "www-authenticate": "Bearer" }),
  });
  response.end(`${JSON.stringify(problem)}\n`);
}

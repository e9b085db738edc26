/**
 * Where launched programs send what their hooks say: HTTP on a socket of its own that serves nothing else, so that the socket can be handed
 * into an isolated environment. `POST /hook` with the launch's bearer token, the terminal's id and the event's name in headers, and what
 * the program said as the body.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Allowance } from "#node/allowance.ts";
import { hasDigest } from "#node/token.ts";
import { hookPath } from "#shared/connection.ts";
import { terminalId } from "#shared/contract/base.ts";
import type { ActivityWatch } from "./watch.ts";

/** Longest body. A program that writes a file sends all of it; of a longer body only the event's name is believed. */
const bodyLimit = 256 * 1024;
/** A request that takes longer is no hook of ours, in ms. */
const requestMs = 5_000;
/** Hook events of one program: so many at once, so many a second. Agents use a handful of tools a second at most. */
const ofProgram = { burst: 200, perSecond: 50 };
/** Requests with a wrong token, of all programs together. */
const ofStrangers = { burst: 50, perSecond: 5 };
const mostConnections = 200;
const eventName = /^[A-Za-z][A-Za-z-]{0,39}$/;

type WatchOf = (terminalId: string) => ActivityWatch | null;

export class HookEndpoint {
  readonly #watchOf: WatchOf;
  readonly #server: Server;
  readonly #strangers = new Allowance(ofStrangers);
  readonly #programs = new WeakMap<ActivityWatch, Allowance>();

  constructor(watchOf: WatchOf) {
    this.#watchOf = watchOf;
    this.#server = createServer({ maxHeaderSize: 8 * 1024, requestTimeout: requestMs, headersTimeout: requestMs });
    this.#server.maxConnections = mostConnections;
    this.#server.on("request", (request, response) => void this.#answer(request, response));
  }

  async listen(path: string): Promise<void> {
    // The home's lock is ours, so a socket that is there belongs to a host that is gone.
    if (process.platform !== "win32") rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, resolve);
    });
    if (process.platform !== "win32") chmodSync(path, 0o600);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number): void => void response.writeHead(status, { connection: "close" }).end();
    request.on("error", () => request.destroy());
    if (request.method !== "POST" || request.url !== hookPath) return end(404);
    const watch = this.#watchOf(terminalId.safeParse(request.headers["x-cellar-terminal"]).data ?? "");
    const token = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? "")?.[1];
    if (watch === null || token === undefined || !hasDigest(token, watch.tokenDigest)) {
      // Told to the person while it is news, and not for as long as somebody likes to try.
      if (this.#strangers.takes(performance.now()))
        watch?.refused(token === undefined ? "it had no token" : "its token is not this launch's");
      return end(401);
    }
    const allowance = this.#programs.get(watch) ?? new Allowance(ofProgram);
    this.#programs.set(watch, allowance);
    if (!allowance.takes(performance.now())) return end(429);
    const event = request.headers["x-cellar-event"];
    if (typeof event !== "string" || !eventName.test(event)) return end(400);
    const body = await read(request);
    if (body === null) return request.destroy() as unknown as undefined;
    watch.hook(event, parse(body));
    end(204);
  }
}

/** Empty when it is too long; null when it broke off. */
async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bodyLimit) return "";
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(body: string): Readonly<Record<string, unknown>> | string {
  if (!body.startsWith("{")) return body;
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return body;
  }
}

/**
 * The hooks of a program in a bottle. What it posts is passed on to the terminal host's socket for hook events if it comes from this bottle's own
 * launch: the terminal it is about is filled in here, so that one bottle cannot speak for another, and nothing else of that socket is reached.
 */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { Allowance } from "#node/allowance.ts";
import { listenOnSocket } from "#node/listen-on-socket.ts";
import { hasDigest } from "#node/token.ts";
import { servicePorts } from "#shared/bottles/names.ts";
import { hookPath } from "#shared/connection.ts";
import type { BottlePlace, BottleReach, BottleService, OpenService, PlannedService } from "../bottles/index.ts";
import { bearerOf } from "../transport/guard.ts";

/** Of a longer body only the event's name is believed, so it need not be passed on. */
const bodyLimit = 256 * 1024;
const requestMs = 5_000;
const mostConnections = 50;
/** Posts of one bottle, whoever in it they are from: more than its launch may say, so that only a flood is noticed here. */
const ofBottle = { burst: 400, perSecond: 100 };

export type BottleHooksParts = {
  /** Where the terminal host takes hook events. */
  agentsSocket: string;
  /** Digest of a launch's token; null for a launch that is none (any more). */
  tokenDigestOf(launchId: string): string | null;
  /** The terminal in which a launch's program runs; null while there is none. */
  terminalOf(launchId: string): string | null;
};

export class BottleHooks implements BottleService {
  readonly name = "hooks";
  readonly #parts: BottleHooksParts;
  readonly #servers = new Map<string, Server>();

  constructor(parts: BottleHooksParts) {
    this.#parts = parts;
  }

  async plan({ tellsActivity }: BottleReach): Promise<(PlannedService & { serves: boolean }) | null> {
    return tellsActivity ? { serves: true, environment: Object.keys(environment) } : null;
  }

  async open(
    { id, launchId }: BottlePlace,
    { tellsActivity }: BottleReach,
    socket: string,
  ): Promise<OpenService | null> {
    if (!tellsActivity) return null;
    const server = createServer({ maxHeaderSize: 8 * 1024, requestTimeout: requestMs, headersTimeout: requestMs });
    server.maxConnections = mostConnections;
    const allowance = new Allowance(ofBottle);
    server.on("request", (asked, response) => {
      this.#answer(launchId, allowance, asked, response).catch(() => response.destroy());
    });
    await listenOnSocket(server, socket);
    this.#servers.set(id, server);
    return { environment };
  }

  restore(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService | null> {
    return this.open(place, reach, socket);
  }

  state(bottleId: string) {
    return { state: this.#servers.has(bottleId) ? "up" : "down", detail: null } as const;
  }

  async close(bottleId: string): Promise<void> {
    const server = this.#servers.get(bottleId);
    this.#servers.delete(bottleId);
    server?.close();
    server?.closeAllConnections();
  }

  /** Main ends: nobody listens for any bottle any more. */
  async stop(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((id) => this.close(id)));
  }

  async #answer(
    launchId: string,
    allowance: Allowance,
    asked: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const end = (status: number): void => void response.writeHead(status, { connection: "close" }).end();
    asked.on("error", () => asked.destroy());
    if (asked.method !== "POST" || asked.url !== hookPath) return end(404);
    if (!allowance.takes(performance.now())) return end(429);
    const token = bearerOf(asked.headers.authorization);
    const digest = this.#parts.tokenDigestOf(launchId);
    if (token === null || digest === null || !hasDigest(token, digest)) return end(401);
    const terminalId = this.#parts.terminalOf(launchId);
    if (terminalId === null) return end(503);
    const body = await bodyOf(asked);
    const event = String(asked.headers["x-cellar-event"] ?? "");
    end(await this.#passOn({ terminalId, token, event }, body));
  }

  /** The terminal host's answer; 502 when it has none. */
  #passOn(about: { terminalId: string; token: string; event: string }, body: Buffer): Promise<number> {
    const headers = {
      authorization: `Bearer ${about.token}`,
      "x-cellar-terminal": about.terminalId,
      "x-cellar-event": about.event,
      "content-length": body.length,
    };
    return new Promise((resolve) => {
      const passed = request({ socketPath: this.#parts.agentsSocket, method: "POST", path: hookPath, headers });
      passed.setTimeout(requestMs, () => passed.destroy());
      passed.once("response", (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 502);
      });
      passed.once("error", () => resolve(502));
      // An error after the answer is nobody's.
      passed.on("error", () => {});
      passed.end(body);
    });
  }
}

const environment = { CELLAR_HOOK_URL: `http://127.0.0.1:${servicePorts.hooks}${hookPath}` };

/** Empty when it is too long; what is too much is read and thrown away, so that the program is answered. */
async function bodyOf(asked: IncomingMessage): Promise<Buffer> {
  let chunks: Buffer[] | null = [];
  let length = 0;
  for await (const chunk of asked as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimit) chunks = null;
    chunks?.push(chunk);
  }
  return Buffer.concat(chunks ?? []);
}

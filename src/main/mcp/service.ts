/** MCP as main offers it: the endpoint on loopback, the connections of `cellar mcp`, who may, and who has. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WebSocket } from "ws";
import { type Log, openLog } from "#node/log.ts";
import { closeCodeOf, closeReasonOf, mcpPath } from "#shared/connection.ts";
import type { McpEndpoint } from "#shared/contract/mcp.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";
import { type Identity, sameIdentity } from "./caller.ts";
import { Callers, type CallersParts } from "./callers.ts";
import { Calls } from "./calls.ts";
import { type McpHttp, serveMcpHttp, serveMcpInside } from "./http.ts";
import { type Offer, terminalsOnly } from "./offer.ts";
import { PersonToken } from "./person-token.ts";
import { Runtime } from "./runtime.ts";
import type { ServerParts } from "./server.ts";
import type { Serving } from "./serving.ts";

export type McpParts = {
  /** State directory: the token and the port are kept there. */
  home: string;
  /** Folder of the log of calls. */
  logs: string;
  host: TerminalHostClient;
  terminals: CallersParts["terminals"] &
    ServerParts["terminals"] & { onEvent(listener: (event: HostEvent) => void): () => void };
  launches: CallersParts["launches"];
  workspaces: ServerParts["workspaces"];
  /** Program and arguments of the stdio server. */
  command: string[];
  version: string;
  log: Log;
};

export class Mcp {
  readonly calls: Calls;
  readonly #parts: McpParts;
  readonly #personToken: PersonToken;
  readonly #callers: Callers;
  readonly #sockets = new Map<WebSocket, Identity>();
  #serving: Promise<Serving> | null = null;
  #http: McpHttp | null = null;
  #problem: string | null = null;

  constructor(parts: McpParts) {
    this.#parts = parts;
    this.#personToken = new PersonToken(join(parts.home, "mcp-token"));
    this.calls = new Calls(openLog(join(parts.logs, "mcp.log")));
    const { launches, terminals, host } = parts;
    this.#callers = new Callers({
      personToken: this.#personToken,
      launches,
      terminals,
      hostConnected: () => host.status.state === "connected",
    });
    this.#callers.onLeft((identity) => void this.#endFor(identity));
  }

  get endpoint(): McpEndpoint {
    return { url: this.url, problem: this.#problem, command: this.#parts.command };
  }

  /** Null when no port could be had. */
  get url(): string | null {
    return this.#http === null ? null : `http://127.0.0.1:${this.#http.port}${mcpPath}`;
  }

  /** The person's token. */
  get token(): string {
    return this.#personToken.value;
  }

  rotateToken(): string {
    return this.#callers.rotate();
  }

  /** Takes the port of last time when it is free: agents that are still running have it in their environment. Without one everything else works. */
  async start(): Promise<void> {
    const note = join(this.#parts.home, "mcp-port");
    try {
      this.#http = await serveMcpHttp(
        {
          identityOf: async (token) => (token === null ? null : this.#callers.ofToken(token)),
          serve: (identity, request) => this.#serve(identity, terminalsOnly, request),
        },
        portIn(note),
      );
      if (portIn(note) !== this.#http.port) writeFileSync(note, `${this.#http.port}\n`, { mode: 0o600 });
    } catch (error) {
      this.#problem = (error as Error).message;
      this.#parts.log.warn({ err: error }, "the MCP endpoint could not be opened");
    }
  }

  /**
   * Serves a bottle's own programs on `socket`, which `port` inside leads to. Who can reach it is the launch in this bottle, so no token is asked
   * for. Resolves to what ends it.
   */
  async serveInside(
    { launchId, bottleId }: { launchId: string; bottleId: string },
    offer: Offer,
    { socket, port }: { socket: string; port: number },
  ): Promise<() => Promise<void>> {
    const identity: Identity = { kind: "launch", launchId, bottleId };
    const http = await serveMcpInside(
      {
        identityOf: async () => ((await this.#callers.current(identity)) === null ? null : identity),
        serve: (_, request) => this.#serve(identity, offer, request),
      },
      socket,
      port,
    );
    return async () => {
      (await this.#serving)?.endFor(identity);
      await http.close();
    };
  }

  async #serve(identity: Identity, offer: Offer, request: Request): Promise<Response> {
    const serving = await this.#load();
    // It may have ended while its request was still coming.
    if (this.#callers.now(identity) === null) return new Response(null, { status: 401 });
    return serving.serve(identity, offer, request);
  }

  /** A `cellar mcp` process. Without a token it is the person's: it could open the home's socket. */
  async connect(socket: WebSocket, token: string | null): Promise<void> {
    // What it says meanwhile waits for whoever listens.
    socket.pause();
    socket.on("error", () => socket.terminate());
    try {
      const serving = await this.#load();
      const identity: Identity | null = token === null ? { kind: "person" } : await this.#callers.ofToken(token);
      if (identity === null) throw new Failure(tokenEnded.code, tokenEnded.message);
      this.#sockets.set(socket, identity);
      socket.once("close", () => this.#sockets.delete(socket));
      serving.serveSocket(identity, socket);
    } catch (thrown) {
      const problem = problemOf(thrown);
      socket.close(closeCodeOf(problem.code), closeReasonOf(problem));
    } finally {
      socket.resume();
    }
  }

  async close(): Promise<void> {
    this.#callers.close();
    for (const socket of this.#sockets.keys()) socket.close(1001, "Cellar ends");
    await this.#http?.close();
    (await this.#serving)?.close();
  }

  #load(): Promise<Serving> {
    this.#serving ??= import("./serving.ts").then(
      ({ Serving }) =>
        new Serving({
          callers: this.#callers,
          calls: this.calls,
          runtime: new Runtime(this.#parts.host),
          terminals: this.#parts.terminals,
          events: this.#parts.terminals,
          workspaces: this.#parts.workspaces,
          version: this.#parts.version,
          log: this.#parts.log,
        }),
    );
    return this.#serving;
  }

  async #endFor(identity: Identity): Promise<void> {
    this.#http?.endFor(identity);
    for (const [socket, each] of this.#sockets) {
      // One without a token is the person's by the home's socket, and stays.
      if (identity.kind === "launch" && sameIdentity(each, identity)) {
        socket.close(closeCodeOf("unauthorized"), closeReasonOf(tokenEnded));
      }
    }
    (await this.#serving)?.endFor(identity);
  }
}

const tokenEnded = {
  code: "unauthorized",
  message: "CELLAR_TOKEN is not valid: the program it was given to has ended",
} as const;

/** 0 (any) when none is noted. */
function portIn(note: string): number {
  try {
    const port = Number(readFileSync(note, "utf8"));
    return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : 0;
  } catch {
    return 0;
  }
}

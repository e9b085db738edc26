/** The broker of one bottle or run: an HTTP server on a Unix socket or on loopback that decides, resolves the secret, and forwards. */
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import type { Dialer } from "../egress/index.ts";
import { answer, answerRaw } from "./answers.ts";
import { type Decision, decide, type Forward, type Listening } from "./decide.ts";
import { exchange, type Tap, type Timing } from "./exchange.ts";
import { type ListenAddress, type ListenOn, listenOn } from "./listen.ts";
import type { Provider } from "./providers.ts";
import type { PendingRequest, RequestLog } from "./request-log.ts";
import type { Route } from "./route.ts";
import { tunnel } from "./tunnel.ts";
import type { Upstream } from "./upstream.ts";
import { Upstreams } from "./upstreams.ts";
import type { Meter } from "./usage/meter.ts";
import { UsageReader } from "./usage/reader.ts";

/** Bytes of a request's head. */
const mostHead = 32 * 1024;
/** Milliseconds for a request's head, for a whole request, and between requests. */
const headMs = 15_000;
const requestMs = 600_000;
const betweenMs = 75_000;
/** How often the two are checked. */
const checkMs = 1000;
const mostConnections = 512;

export type ServerParts = {
  listen: ListenOn;
  /** Further values of `host` under which this listener is reached; a name without a port goes with the listener's own. */
  hosts: readonly string[];
  sentinel: string;
  routes: readonly Route[];
  dialer: Dialer;
  timing: Timing & { headMs?: number };
  meter: Meter;
  /** Rejects with a {@link Failure} when the vault does not give it. */
  secretOf: (route: Route) => Promise<Secret>;
  providerOf: (id: string) => Provider | undefined;
  log: RequestLog;
  /** An answer was added to the meter. */
  onUsage: () => void;
  /** A request was refused because a limit is reached. */
  onLimit: (why: string) => void;
};

export class BrokerServer {
  readonly #parts: ServerParts;
  readonly #server: Server;
  readonly #upstreams: Upstreams;
  /** Connections that are no longer the server's. */
  readonly #tunnels = new Set<Duplex>();
  readonly #pending = new WeakMap<Duplex, ServerResponse>();
  #listening: Listening;
  #address: ListenAddress;

  /** Throws `conflict` when the address is taken. */
  static async open(parts: ServerParts): Promise<BrokerServer> {
    const server = new BrokerServer(parts);
    await server.#listen();
    return server;
  }

  private constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#address = { socketPath: "" };
    this.#upstreams = new Upstreams(parts.dialer, parts.timing.connectMs);
    this.#listening = { hosts: new Set(), sentinel: parts.sentinel, routes: [] };
    this.update(parts.routes);
    this.#server = createServer({
      insecureHTTPParser: false,
      requireHostHeader: true,
      maxHeaderSize: mostHead,
      headersTimeout: parts.timing.headMs ?? headMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(checkMs, parts.timing.headMs ?? headMs),
      keepAliveTimeout: betweenMs,
      noDelay: true,
    });
    // Bounded by the bytes of the head and by our own count; Node would cut the rest off in silence.
    this.#server.maxHeadersCount = 0;
    this.#server.maxConnections = mostConnections;
    this.#server.on("request", (request, response) => void this.#onRequest(request, response, false));
    this.#server.on("checkContinue", (request, response) => void this.#onRequest(request, response, true));
    this.#server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) =>
      this.#refuse(request, response, 417, "malformed", "this expectation cannot be met"),
    );
    this.#server.on("upgrade", (request, socket, head) => void this.#onUpgrade(request, socket, head));
    this.#server.on("connect", (request, socket) =>
      this.#refuseRaw(socket, request.method!, 400, "the broker is no proxy"),
    );
    this.#server.on("clientError", (error, socket) => this.#onClientError(error, socket));
  }

  get address(): ListenAddress {
    return this.#address;
  }

  update(routes: readonly Route[]): void {
    this.#listening = { ...this.#listening, routes: this.#upstreams.update(routes) };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    for (const socket of this.#tunnels) socket.destroy();
    this.#upstreams.close();
    await closed;
  }

  async #listen(): Promise<void> {
    const { address, hosts } = await listenOn(this.#server, this.#parts.listen, this.#parts.hosts);
    this.#address = address;
    this.#listening = { ...this.#listening, hosts };
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const log = this.#parts.log.begin(request.method!, request.url!);
    this.#pending.set(request.socket, response);
    const ready = await this.#prepare(request, response, log, false);
    if (ready === null) return;
    if (expectsContinue) response.writeContinue();
    const { forward, upstream, secret } = ready;
    await exchange({
      request,
      response,
      forward,
      upstream,
      secret: secret.reveal(),
      timing: this.#parts.timing,
      log,
      onAnswer: (status, type) =>
        request.method === "POST" && status >= 200 && status < 300 ? this.#tap(forward.route, log, type) : null,
    });
  }

  async #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const log = this.#parts.log.begin(request.method!, request.url!);
    socket.on("error", () => socket.destroy());
    this.#tunnels.add(socket);
    socket.once("close", () => this.#tunnels.delete(socket));
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket);
    response.once("finish", () => socket.end());
    const ready = await this.#prepare(request, response, log, true);
    if (ready === null) return;
    const { forward, upstream, secret } = ready;
    await tunnel({
      request,
      response,
      socket,
      head,
      forward,
      upstream,
      secret: secret.reveal(),
      timing: this.#parts.timing,
      log,
    });
    // What a model says there is not read: it counts as an answer that told nothing.
    if (log.status === 101) this.#count(forward.route, log, { usage: null, model: null, whole: false }, true);
  }

  /** Everything before the upstream is spoken to. Null when the request has been answered. */
  async #prepare(
    request: IncomingMessage,
    response: ServerResponse,
    log: PendingRequest,
    upgrade: boolean,
  ): Promise<{ forward: Forward; upstream: Upstream; secret: Secret } | null> {
    const decision = this.#decide(request, upgrade);
    const say = (
      status: number,
      text: string,
      end: "answered" | "refused" | "failed",
      reason: string | null,
      more?: Parameters<typeof answer>[3],
    ) => {
      log.status = status;
      log.end(end, reason);
      answer(response, status, text, more);
      return null;
    };
    if (decision.kind === "health") return say(200, "ok", "answered", null);
    if (decision.kind === "refuse") {
      log.route = decision.key;
      return say(decision.status, decision.text, "refused", decision.reason, decision.headers);
    }
    const { route } = decision;
    log.route = route.key;
    log.host = route.upstream.host;
    const why = route.provider === null ? null : this.#parts.meter.reached();
    if (why !== null) {
      this.#parts.onLimit(why);
      return say(402, `broker limit reached: ${why}. ${raise}`, "refused", "limit");
    }
    try {
      const secret = await this.#parts.secretOf(route);
      const upstream = this.#upstreams.of(route);
      if (request.socket.destroyed) {
        log.end("cancelled", "the client went away");
        return null;
      }
      // Taken away while the vault was asked.
      if (upstream === undefined) return say(404, "no broker route", "refused", "no route");
      if (!/^[\x20-\x7e]+$/.test(secret.reveal()))
        throw new Failure("failed", `the vault's ${route.secret.handle} cannot stand in a header`);
      return { forward: decision, upstream, secret };
    } catch (error) {
      const what = error instanceof Failure ? error.message : "the vault did not answer";
      return say(503, `broker has no credential: ${what}`, "failed", what);
    }
  }

  #decide(request: IncomingMessage, upgrade: boolean): Decision {
    const { method, url, httpVersion, rawHeaders } = request;
    return decide({ method: method!, target: url!, httpVersion, rawHeaders, upgrade }, this.#listening);
  }

  #tap(route: Route, log: PendingRequest, contentType: string | undefined): Tap | null {
    if (route.provider === null) return null;
    const reader = UsageReader.for(contentType);
    return {
      push: (bytes) => reader?.push(bytes),
      end: (cut) => this.#count(route, log, reader?.end() ?? { usage: null, model: null, whole: false }, cut),
    };
  }

  #count(route: Route, log: PendingRequest, reading: ReturnType<UsageReader["end"]>, cut: boolean): void {
    if (route.provider === null) return;
    const provider = this.#parts.providerOf(route.provider);
    this.#parts.meter.add({
      reading,
      cut,
      host: route.upstream.host,
      provider,
      bytesUp: log.bytesUp,
      bytesDown: log.bytesDown,
    });
    this.#parts.onUsage();
  }

  #refuse(request: IncomingMessage, response: ServerResponse, status: number, reason: string, text: string): void {
    const log = this.#parts.log.begin(request.method!, request.url!);
    log.status = status;
    log.end("refused", reason);
    answer(response, status, text);
  }

  #refuseRaw(socket: Duplex, method: string, status: number, text: string): void {
    const log = this.#parts.log.begin(method, "");
    log.status = status;
    log.end("refused", "malformed");
    socket.on("error", () => socket.destroy());
    answerRaw(socket, status, text);
  }

  /** What the parser refuses: smuggling, control characters, too large, too slow. */
  #onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    const response = this.#pending.get(socket);
    // In the middle of an exchange there is nothing to be answered any more.
    if (error.code === "ECONNRESET" || !socket.writable || (response !== undefined && !response.writableFinished)) {
      socket.destroy();
      return;
    }
    const [status, text] = clientErrors[error.code ?? ""] ?? [400, "the request is not valid HTTP"];
    this.#refuseRaw(socket, "", status, text);
  }
}

/** To the agent and to whoever reads its terminal: nothing is lost, and it can go on. */
const raise = "Whoever runs this agent can raise the limit in Cellar; ask again then.";

const clientErrors: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, "the headers are too large"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "the chunk extensions are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request took too long"],
};

/** The connections to the upstream of one route: dialled as checked, kept for the next request, and what its answers must not say. */
import { Agent, type ClientRequest, request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Dialer } from "../egress/index.ts";
import { type Redactor, Redactors } from "./redaction/redactor.ts";
import type { Route } from "./route.ts";

/**
 * Milliseconds a connection is kept without a request. An upstream that says in `keep-alive` that it waits less is believed; most wait for a
 * minute and more.
 */
const keptMs = 30_000;
const mostKept = 64;
/** Bytes of an answer's head: twice what browsers take. */
const mostHead = 64 * 1024;

export class Upstream {
  readonly route: Route;
  readonly #agent: DialingAgent;
  readonly #redactors = new Redactors();

  constructor(route: Route, dialer: Dialer, connectMs: number) {
    this.route = route;
    const { host, port, scheme } = route.upstream;
    const tls = scheme === "https";
    // What is not encrypted goes only where the route says: a name that leads elsewhere one day must not get the secret in the clear.
    const destination = { host, port, tls, addresses: route.addresses, onlyThose: !tls && route.addresses.length > 0 };
    this.#agent = new DialingAgent((signal) => dialer.dial(destination, { connectMs, signal }));
  }

  /** Value of the `host` header. */
  get authority(): string {
    const { scheme, host, port } = this.route.upstream;
    return port === (scheme === "https" ? 443 : 80) ? host : `${host}:${port}`;
  }

  request(method: string, path: string, headers: string[]): ClientRequest {
    return httpRequest({ agent: this.#agent, method, path, headers, setHost: false, maxHeaderSize: mostHead });
  }

  /** For one answer. */
  redactor(secret: string): Redactor {
    return this.#redactors.for(this.route.secret.handle, secret);
  }

  close(): void {
    this.#agent.destroy();
  }
}

type Dial = (signal: AbortSignal) => Promise<Socket>;

/** Node's pool over our own dialling. All its connections lead to the same place. */
class DialingAgent extends Agent {
  readonly #dial: Dial;
  readonly #closing = new AbortController();

  constructor(dial: Dial) {
    super({ keepAlive: true, maxFreeSockets: mostKept, timeout: keptMs, scheduling: "lifo" });
    this.#dial = dial;
  }

  override createConnection(_options: unknown, done?: (error: Error | null, socket: Duplex) => void): undefined {
    this.#dial(this.#closing.signal).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as unknown as Duplex),
    );
  }

  override destroy(): void {
    this.#closing.abort(new Error("the route is gone"));
    super.destroy();
  }
}

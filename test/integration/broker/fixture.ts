/** A broker with a database of its own and a vault in memory, and clients that send exactly the bytes they are told. */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import {
  Broker,
  type BrokerListener,
  type BrokerParts,
  brokerLedgerSchema,
  brokerSchema,
  type NewRoute,
  type Route,
  readProviders,
  routeSchema,
} from "#main/broker/index.ts";
import { Secret } from "#node/secret.ts";
import { openStore, type Store } from "#node/store/index.ts";
import { Failure } from "#shared/failure.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

export const realKey = "sk-real-0123456789abcdefghij";

export class Fixture implements AsyncDisposable {
  readonly folder = new TemporaryFolder("broker");
  readonly store: Store = openStore({
    path: this.folder.in("cellar.db"),
    migrations: [brokerSchema, brokerLedgerSchema],
  });
  readonly secrets = new Map([["key", realKey]]);
  /** Every time the vault was asked, and for what. */
  readonly uses: string[] = [];
  locked = false;
  readonly broker: Broker;
  readonly #brokers: Broker[] = [];
  readonly #parts: Partial<BrokerParts>;

  constructor(parts: Partial<BrokerParts> = {}) {
    this.#parts = parts;
    this.broker = this.another();
  }

  /** As main makes it again after a restart. */
  another(): Broker {
    const builtin = join(import.meta.dirname, "../../../resources/providers.toml");
    const broker = new Broker({
      database: this.store.database,
      vault: {
        resolveSecret: async (handle, usedBy) => {
          this.uses.push(`${handle} for ${usedBy}`);
          if (this.locked) throw new Failure("unavailable", "The vault is locked");
          const value = this.secrets.get(handle);
          if (value === undefined) throw new Failure("not_found", `vault handle '${handle}' not found.`);
          return new Secret(value);
        },
        replaceSecret: async (handle, value) => void this.secrets.set(handle, value.reveal()),
      },
      providers: () => readProviders(builtin),
      ...this.#parts,
    });
    this.#brokers.push(broker);
    return broker;
  }

  open(routes: NewRoute[], more: Partial<Parameters<Broker["open"]>[0]> = {}): Promise<BrokerListener> {
    return this.broker.open({ owner: { kind: "bottle", id: "b-1" }, listen: { loopback: 0 }, routes, ...more });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const broker of this.#brokers) await broker.stop();
    this.store.close();
    this.folder[Symbol.dispose]();
  }
}

/** A route to something on this machine, which has to be said. */
export function route(port: number, more: Partial<NewRoute> = {}): Route {
  return routeSchema.parse({
    key: "llm/test",
    upstream: { scheme: "http", host: "127.0.0.1", port },
    secret: { handle: "key" },
    credential: [
      { from: { header: "x-api-key", prefix: "" }, to: { header: "x-api-key", prefix: "" } },
      { from: { header: "authorization", prefix: "Bearer " }, to: { header: "x-api-key", prefix: "" } },
    ],
    addresses: ["loopback"],
    ...more,
  });
}

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

type Ask = { method?: string; headers?: Record<string, string | string[]>; body?: string | Buffer };

/** Sends a request the usual way. */
export async function ask(
  listener: BrokerListener,
  path: string,
  { method = "GET", headers = {}, body }: Ask = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { address } = listener;
  const request = httpRequest({ ...address, path, method, headers, agent: false }, resolve);
  request.on("error", reject);
  request.end(body);
  return answerOf(await promise);
}

/** With the sentinel where a client of the provider puts its key. */
export function asking(listener: BrokerListener, more: Record<string, string> = {}): Record<string, string> {
  return { "x-api-key": listener.sentinel, ...more };
}

export async function answerOf(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

/** Sends bytes as they are and returns everything that comes until the connection ends. */
export function raw(listener: BrokerListener, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const { address } = listener;
    const socket = "port" in address ? connect(address.port, address.host) : connect(address.socketPath);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  });
}

export function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
}

/** Resolves when the listener has logged so many requests. */
export async function logged(listener: BrokerListener, count: number): Promise<void> {
  const stop = new AbortController();
  for await (const _ of listener.requests.watch(stop.signal))
    if (listener.requests.values().length >= count) return stop.abort();
}

/**
 * The terminal host as its clients see it: found through its socket or started, called by method, its events, and streams of
 * terminals. Reconnects by itself; a host that keeps dying is left alone until {@link TerminalHostClient.connect} is called.
 */

import { type CellarPaths, hostSocketOf } from "#node/paths.ts";
import type { Problem, TerminalSize } from "#shared/contract/base.ts";
import { Failure } from "#shared/failure.ts";
import { jsonFrame, parseJson } from "../framing.ts";
import {
  frameKind,
  type HostEvent,
  type HostMethod,
  type HostMethods,
  olderProtocols,
  protocolVersion,
  type Welcome,
} from "../protocol.ts";
import { type Handshaken, NoHost, shakeHands } from "./handshake.ts";
import { hostLogPath, startHost } from "./start-host.ts";
import { HostStream } from "./stream.ts";

export { RefusedByHost } from "./handshake.ts";
export { HostStream } from "./stream.ts";

export type HostClientOptions = {
  /** Who we are, for the host's log. */
  name: string;
  version: string;
  /** Whether events are wanted; the first after every (re)connection is `all`. */
  events: boolean;
  /** False: a host that does not run is not started, and `connect` rejects with `unavailable`. */
  start?: boolean;
  /** Protocols of older hosts that this client speaks as well; by default {@link olderProtocols}. */
  speaks?: readonly number[];
};

export type HostConnectionStatus =
  | { state: "starting"; message: string }
  | { state: "connected"; message: string; welcome: Welcome }
  /** Gone. A new one is being started unless `givenUp`. */
  | { state: "lost"; message: string; givenUp: boolean };

/** How long a host may take from its start to its socket, in ms. A cold disk and a busy machine are slow. */
const startWithinMs = 20_000;
const tryEveryMs = 10;
/** A host that is lost this often within {@link deathsWithinMs} is not started again by itself. */
const deathsAllowed = 5;
const deathsWithinMs = 60_000;

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

export class TerminalHostClient {
  readonly #paths: CellarPaths;
  readonly #options: HostClientOptions;
  #status: HostConnectionStatus = { state: "starting", message: "The terminal host is being looked for." };
  #connection: Handshaken | null = null;
  #connecting: Promise<Welcome> | null = null;
  #closed = false;
  #replacing = false;
  /** What the host speaks: ours, or one of an older host that we speak as well. */
  #protocol = protocolVersion;
  #deaths: number[] = [];
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  readonly #eventListeners = new Set<(event: HostEvent) => void>();
  readonly #statusListeners = new Set<(status: HostConnectionStatus) => void>();

  constructor(paths: CellarPaths, options: HostClientOptions) {
    this.#paths = paths;
    this.#options = options;
  }

  /** A connected client; `listener` hears every event from the first on. Rejects as the method does. */
  static async connect(
    paths: CellarPaths,
    options: HostClientOptions,
    listener?: (event: HostEvent) => void,
  ): Promise<TerminalHostClient> {
    const client = new TerminalHostClient(paths, options);
    if (listener) client.onEvent(listener);
    await client.connect();
    return client;
  }

  get status(): HostConnectionStatus {
    return this.#status;
  }

  /** Finds the host or starts it; rejects with a Failure. When already connected it answers at once; when it had given up it tries again. */
  connect(): Promise<Welcome> {
    if (this.#closed) return Promise.reject(new Failure("unavailable", "This client of the terminal host is closed"));
    if (this.#connection) return Promise.resolve(this.#connection.welcome);
    this.#connecting ??= this.#establish().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  /** To hear the first event, `all`, listen before {@link connect}. Returns what ends it. */
  onEvent(listener: (event: HostEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onStatus(listener: (status: HostConnectionStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Rejects with the host's Failure, `unavailable` when there is no host, `cancelled` when the signal says so. */
  async call<M extends HostMethod>(
    method: M,
    params: HostMethods[M][0],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<HostMethods[M][1]> {
    const cancelled = (): Failure => new Failure("cancelled", `${method} was cancelled`);
    if (signal?.aborted) throw cancelled();
    if (!this.#connection) await this.connect();
    const connection = this.#connection;
    if (!connection) throw lost();
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      connection.socket.write(jsonFrame(frameKind.request, { id, method, params }));
    });
    const abort = (): void => {
      connection.socket.write(jsonFrame(frameKind.request, { cancel: id }));
      this.#waiting.get(id)?.reject(cancelled());
      this.#waiting.delete(id);
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return (await answer) as HostMethods[M][1];
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Rejects with the host's Failure (`not_found` for an unknown terminal). A stream does not reconnect: it is opened anew. */
  async openStream(wanted: { terminalId: string; size: TerminalSize | null; focused: boolean }): Promise<HostStream> {
    if (!this.#connection) await this.connect();
    try {
      return new HostStream(await shakeHands(this.#socketPath, { ...this.#introduction(), role: "stream", ...wanted }));
    } catch (error) {
      throw error instanceof NoHost ? lost() : error;
    }
  }

  /**
   * Ends the host, in which nothing may be alive (`conflict` otherwise), and starts one of this version. Nothing is lost by it, and so
   * nothing is said to be.
   */
  async replaceHost(): Promise<void> {
    this.#replacing = true;
    try {
      await this.call("host.shutdown", { force: false });
    } catch (error) {
      this.#replacing = false;
      throw error;
    }
  }

  /** Ends the connection, not the host. */
  close(): void {
    this.#closed = true;
    this.#connection?.socket.destroy();
  }

  #introduction() {
    const { name, version } = this.#options;
    return { protocol: this.#protocol, client: { name, version, pid: process.pid } };
  }

  async #establish(): Promise<Welcome> {
    this.#set({ state: "starting", message: "The terminal host is being started." });
    try {
      const connection = await this.#findOrStart();
      if (this.#closed) {
        connection.socket.destroy();
        throw new Failure("cancelled", "This client of the terminal host is closed");
      }
      this.#adopt(connection);
      return connection.welcome;
    } catch (error) {
      this.#set({ state: "lost", message: (error as Error).message, givenUp: true });
      throw error;
    }
  }

  async #findOrStart(): Promise<Handshaken> {
    const deadline = performance.now() + startWithinMs;
    let child: Awaited<ReturnType<typeof startHost>> | null = null;
    for (;;) {
      const found = await this.#find();
      if (found !== null) return found;
      if (this.#options.start === false) throw new Failure("unavailable", "The terminal host does not run");
      if (performance.now() > deadline) {
        throw new Failure("unavailable", "The terminal host could not be started", {
          hint: "Its log says why.",
          logPath: hostLogPath(this.#paths),
        });
      }
      // One that has ended lost the race for the lock, perhaps against a host that was itself just ending.
      if (child === null || child.exitCode !== null || child.signalCode !== null) {
        if (child !== null) await pause(tryEveryMs * 10);
        child = await startHost(this.#paths);
      }
      await pause(tryEveryMs);
    }
  }

  /** Ours, or an older one that we speak with as well. Null when there is none. */
  async #find(): Promise<Handshaken | null> {
    for (const protocol of [protocolVersion, ...(this.#options.speaks ?? olderProtocols)]) {
      this.#protocol = protocol;
      try {
        const { events } = this.#options;
        return await shakeHands(this.#socketPath, { ...this.#introduction(), role: "control", events });
      } catch (error) {
        if (!(error instanceof NoHost)) throw error;
      }
    }
    return null;
  }

  get #socketPath(): string {
    return hostSocketOf(this.#paths, this.#protocol);
  }

  #adopt(connection: Handshaken): void {
    this.#connection = connection;
    connection.socket.once("close", () => this.#lost());
    this.#set({ state: "connected", message: "", welcome: connection.welcome });
    connection.receive((kind, payload) => {
      if (kind === frameKind.answer) this.#answered(parseJson(payload));
      else if (kind === frameKind.event) {
        const event = parseJson(payload) as unknown as HostEvent;
        for (const listener of this.#eventListeners) listener(event);
      }
    });
  }

  #answered(answer: Record<string, unknown>): void {
    const id = answer["id"] as number;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer["problem"]) waiting?.reject(Failure.from(answer["problem"] as Problem));
    else waiting?.resolve(answer["result"]);
  }

  #lost(): void {
    this.#connection = null;
    for (const waiting of this.#waiting.values()) waiting.reject(lost());
    this.#waiting.clear();
    if (this.#closed) return;
    if (this.#replacing) {
      this.#replacing = false;
      this.#set({ state: "starting", message: "The terminal host makes way for one of this version." });
      this.connect().catch(() => {});
      return;
    }
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((death) => now - death < deathsWithinMs), now];
    const givenUp = this.#deaths.length >= deathsAllowed;
    this.#set({ state: "lost", message: "The terminal host has ended; its terminals are lost.", givenUp });
    // Its outcome is in the status.
    if (!givenUp && this.#options.start !== false) this.connect().catch(() => {});
  }

  #set(status: HostConnectionStatus): void {
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
  }
}

function lost(): Failure {
  return new Failure("unavailable", "The terminal host is not there", {
    hint: "It is being started again; try once more.",
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

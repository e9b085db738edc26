/**
 * The gate of a bottle whose processes cannot be looked at from here: what starts inside connects to a port of its own loopback, which leads here as
 * the services' ports do, and waits for one word. So its coming proves that the ports work, and no connection means no program: when main is away
 * before the word was said, what waits gives up.
 */
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { Failure } from "#shared/failure.ts";
import { EndedEarly } from "../backend.ts";

/** Beside those of `servicePorts`; leads nowhere as soon as the program runs. */
export const gatePort = 9096;
export const goAhead = "go";

/** An image may have to be fetched, and there are slow networks. */
const patienceMs = 15 * 60_000;
const lookEveryMs = 200;

/** Those of a backend's bottles, until each is opened. */
export class GuestGates {
  readonly #gates = new Map<string, GuestGate>();

  make(bottleId: string): GuestGate {
    const gate = new GuestGate();
    this.#gates.set(bottleId, gate);
    return gate;
  }

  /** Throws `unavailable` when the bottle is not waiting at one. */
  of(bottleId: string): GuestGate {
    const gate = this.#gates.get(bottleId);
    if (gate === undefined) throw new Failure("unavailable", "The bottle is not waiting to be started");
    return gate;
  }

  async open(bottleId: string): Promise<void> {
    await this.of(bottleId).open();
    this.#gates.delete(bottleId);
  }

  close(bottleId: string): void {
    this.#gates.get(bottleId)?.close();
    this.#gates.delete(bottleId);
  }

  closeAll(): void {
    for (const gate of this.#gates.values()) gate.close();
    this.#gates.clear();
  }
}

export class GuestGate {
  #waiting: Duplex | null = null;
  #server: Server | null = null;
  #arrived: (() => void) | null = null;
  #path: string | null = null;

  /** Where the port inside is a Unix socket here. */
  async listen(path: string): Promise<void> {
    const server = createServer((socket) => this.take(socket));
    this.#server = server;
    this.#path = path;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  }

  /** A connection to the gate's port. Only one waits; what else comes there is not let in. */
  take(connection: Duplex): void {
    connection.on("error", () => {});
    if (this.#waiting !== null && !this.#waiting.destroyed) {
      connection.destroy();
      return;
    }
    this.#waiting = connection;
    connection.once("data", () => this.#arrived?.());
  }

  /**
   * Resolves when the bottle waits. Rejects when `ended` says why it will not come any more; it is asked again and again.
   */
  arrival(ended: () => Promise<string | null>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = performance.now() + patienceMs;
    let timer: NodeJS.Timeout;
    const look = async () => {
      const why = await ended().catch((error: Error) => error.message);
      if (why !== null) return reject(new EndedEarly(why));
      if (performance.now() > late) {
        return reject(new Failure("failed", `The bottle was not there within ${patienceMs / 60_000} minutes`));
      }
      timer = setTimeout(look, lookEveryMs);
    };
    this.#arrived = resolve;
    timer = setTimeout(look, lookEveryMs);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#arrived = null;
    });
  }

  /** Throws `failed` when nobody waits any more. */
  async open(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === null || waiting.destroyed)
      throw new Failure("failed", "The bottle has ended while it was looked at");
    await new Promise<void>((resolve, reject) => {
      waiting.end(`${goAhead}\r\n`, (error?: Error | null) => (error ? reject(error) : resolve()));
    });
    this.#waiting = null;
    this.close();
  }

  close(): void {
    this.#waiting?.destroy();
    this.#server?.close();
    if (this.#path !== null) rmSync(this.#path, { force: true });
    this.#server = null;
  }
}

/**
 * Hosts of earlier protocols that still have terminals in this home. Each host holds the lock of its own protocol while it lives; a new one takes
 * those of earlier protocols as well, so that none of them is started once more. A lock that cannot be had is an older host that lives: it is left
 * alone, and asked again and again whether it makes way, which it does when its last terminal has ended.
 */
import { setTimeout } from "node:timers/promises";
import { type ExclusiveLock, takeExclusiveLock } from "#node/exclusive-lock.ts";
import { type CellarPaths, hostLockOf, hostSocketOf } from "#node/paths.ts";
import { NoHost, RefusedByHost, shakeHands } from "../client/handshake.ts";
import { protocolVersion } from "../protocol.ts";

/** One without terminals ends at once; one that is only just starting or ending is known after so long, in ms. */
const settleWithinMs = 5_000;
const settleEveryMs = 50;

export class OlderHosts {
  readonly #paths: CellarPaths;
  readonly #version: string;
  readonly #locks: ExclusiveLock[] = [];
  /** Versions of those that live, by protocol; null while one has not said it. */
  readonly #living = new Map<number, string | null>();

  /** `version`: ours. */
  constructor(paths: CellarPaths, version: string) {
    this.#paths = paths;
    this.#version = version;
    for (let protocol = 1; protocol < protocolVersion; protocol++) this.#take(protocol);
  }

  /** What the person knows them by; null when there is none. */
  get versions(): string | null {
    if (this.#living.size === 0) return null;
    const known = [...this.#living.values()].filter((version) => version !== null);
    return known.length > 0 ? known.join(" or ") : "an older version";
  }

  /** Asks each to make way. Resolves to whether one has gone. */
  async look(): Promise<boolean> {
    const before = this.#living.size;
    for (const protocol of [...this.#living.keys()]) {
      await this.#knock(protocol);
      this.#take(protocol);
    }
    return this.#living.size < before;
  }

  /** Resolves when those that make way have, and the others have said so. */
  async settle(): Promise<void> {
    for (const end = performance.now() + settleWithinMs; this.#living.size > 0; await setTimeout(settleEveryMs)) {
      const stay = await Promise.all([...this.#living.keys()].map((protocol) => this.#knock(protocol)));
      await this.look();
      if (stay.every(Boolean) || performance.now() > end) return;
    }
  }

  release(): void {
    for (const lock of this.#locks.splice(0)) lock.release();
  }

  #take(protocol: number): void {
    const lock = takeExclusiveLock(hostLockOf(this.#paths, protocol));
    if (lock === null) {
      if (!this.#living.has(protocol)) this.#living.set(protocol, null);
      return;
    }
    this.#living.delete(protocol);
    this.#locks.push(lock);
  }

  /** A client of a newer protocol is refused, and told who refuses it. True: it has terminals, and stays. */
  async #knock(protocol: number): Promise<boolean> {
    const client = { name: "terminal host", version: this.#version, pid: process.pid };
    const hello = { protocol: protocolVersion, client, role: "control", events: false } as const;
    try {
      const { socket } = await shakeHands(hostSocketOf(this.#paths, protocol), hello);
      socket.destroy();
    } catch (error) {
      if (error instanceof RefusedByHost) {
        this.#living.set(protocol, error.refused.version);
        return error.refused.liveTerminals > 0;
      }
      if (!(error instanceof NoHost)) console.error(`a terminal host of protocol ${protocol}:`, error);
    }
    return false;
  }
}

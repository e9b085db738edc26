/**
 * What a terminal has put out: the ring of its last bytes, counters, and everybody who follows it. A follower is a position in
 * the ring, so nothing is queued twice; when one that counts falls too far behind, the program is held back until it has caught up.
 */
import type { Pty } from "../pty/pty.ts";
import { lastLineOf, lastLineTailBytes } from "./last-line.ts";
import { countLineFeeds } from "./line-feeds.ts";
import { Ring } from "./ring.ts";

export interface Follower {
  /** New bytes are in the ring, `chunk` at `offset`. Called synchronously, in order. */
  outputArrived(chunk: Buffer, offset: number): void;
  /** No more bytes will come. */
  outputEnded(): void;
  /** Whether the program has to wait for this follower; asked after each chunk and after {@link Output.settle}. */
  holdsBack(): boolean;
}

export class Output {
  readonly ring: Ring;
  #lines = 0;
  #ended = false;
  #held = false;
  #source: Pick<Pty, "pause" | "resume"> | null = null;
  readonly #followers = new Set<Follower>();

  constructor(ring = new Ring()) {
    this.ring = ring;
  }

  get bytes(): number {
    return this.ring.end;
  }
  get lines(): number {
    return this.#lines;
  }
  get truncated(): boolean {
    return this.ring.start > 0;
  }
  get ended(): boolean {
    return this.#ended;
  }
  /** The program is being held back. */
  get held(): boolean {
    return this.#held;
  }

  lastLine(): string {
    return lastLineOf(this.tail(lastLineTailBytes));
  }

  /** A copy of the last bytes. */
  tail(length: number): Buffer {
    return this.ring.slice(this.ring.end - length, this.ring.end);
  }

  from(source: Pick<Pty, "pause" | "resume">): void {
    this.#source = source;
    this.settle();
  }

  /** Returns what ends it; calling that twice is harmless. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => {
      if (this.#followers.delete(follower)) this.settle();
    };
  }

  append(chunk: Buffer): void {
    const offset = this.ring.end;
    this.ring.append(chunk);
    this.#lines += countLineFeeds(chunk);
    for (const follower of this.#followers) guarded(() => follower.outputArrived(chunk, offset));
    this.settle();
  }

  end(): void {
    this.#ended = true;
    this.#source = null;
    for (const follower of this.#followers) guarded(() => follower.outputEnded());
  }

  /** A follower's state has changed: holds the program back or lets it go on. */
  settle(): void {
    if (!this.#source) return;
    let hold = false;
    for (const follower of this.#followers) hold ||= follower.holdsBack();
    if (hold === this.#held) return;
    this.#held = hold;
    if (hold) this.#source.pause();
    else this.#source.resume();
  }
}

/** A follower that fails must not stop the others. */
function guarded(action: () => void): void {
  try {
    action();
  } catch (error) {
    console.error("a follower of a terminal failed:", error);
  }
}

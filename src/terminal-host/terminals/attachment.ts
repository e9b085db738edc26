/**
 * One client watching one terminal: sends it a snapshot and then every byte after it, as fast as it acknowledges.
 *
 * Sending has two modes. **idle**: a chunk that comes after silence is sent at once, so that an echoed key waits for nothing.
 * **gathering**: for {@link gatherMs} after that, chunks are gathered and sent as one frame, or as soon as there are
 * {@link batchBytes}; when nothing has come in that time the mode is idle again. What comes first after this client has typed is sent at once in
 * either mode: it is likely to be the answer.
 *
 * Counting: an attachment that owes acknowledgements holds the program back; after `stalledMs` without one it is **stalled**,
 * holds nobody back, is sent nothing, and starts over with a fresh snapshot when it acknowledges again.
 */
import type { TerminalSize } from "#shared/contract/base.ts";
import { flowWindowBytes, stalledClientMs } from "#shared/terminals/stream.ts";
import type { Follower, Output } from "./output.ts";
import { dataFrame, largestData, type Sendable, type Snapshot, streamFrame } from "./stream-frames.ts";

/** Long enough to gather what a program draws in one go, too short to be seen. */
export const gatherMs = 3;
const batchBytes = largestData;

export type AttachmentOptions = {
  output: Output;
  /** The screen as it is at an offset of its choice, at or after the ring's start. */
  snapshot(): Promise<Snapshot>;
  /** The terminal's size now. */
  size(): TerminalSize;
  /** Writes a frame of a stream connection. */
  send(frame: Sendable): void;
  stalledMs?: number;
};

export class Attachment implements Follower {
  readonly #options: AttachmentOptions;
  readonly #output: Output;
  readonly #stalledMs: number;
  readonly #unfollow: () => void;
  #state: "waiting" | "live" | "stalled" | "closed" = "waiting";
  #mode: "idle" | "gathering" = "idle";
  #gatherTimer: NodeJS.Timeout | null = null;
  #stallTimer: NodeJS.Timeout | null = null;
  /** Offset up to which bytes were sent; while waiting, nothing after it may leave the ring. */
  #sent: number;
  #acknowledged: number;
  #acknowledgedAt = 0;
  #endSent = false;
  /** The client has typed, and nothing has come since. */
  #answering = false;
  /** Changes of size that the client must learn of between the bytes before and after. */
  #sizes: { offset: number; size: TerminalSize }[] = [];

  constructor(options: AttachmentOptions) {
    this.#options = options;
    this.#output = options.output;
    this.#stalledMs = options.stalledMs ?? stalledClientMs;
    this.#sent = this.#output.bytes;
    this.#acknowledged = this.#sent;
    this.#unfollow = this.#output.follow(this);
    void this.#start();
  }

  close(): void {
    this.#state = "closed";
    if (this.#gatherTimer) clearTimeout(this.#gatherTimer);
    if (this.#stallTimer) clearTimeout(this.#stallTimer);
    this.#unfollow();
  }

  acknowledge(offset: number): void {
    if (this.#state === "closed" || offset > this.#sent) return;
    if (offset > this.#acknowledged) this.#acknowledged = offset;
    this.#acknowledgedAt = performance.now();
    if (this.#state === "stalled") {
      this.#state = "waiting";
      this.#sent = this.#acknowledged = this.#output.bytes;
      void this.#start();
    } else if (this.#mode === "idle") {
      // It was the window that kept bytes back, or there are none: a gathering attachment sends by its timer.
      this.#flush();
    }
    this.#output.settle();
  }

  /** This client has sent something to the program. */
  typed(): void {
    this.#answering = true;
  }

  /** The terminal has this size from the present offset on. */
  sizeChanged(size: TerminalSize): void {
    this.#sizes.push({ offset: this.#output.bytes, size });
    if (this.#state === "live") this.#flush();
  }

  outputArrived(): void {
    if (this.#state !== "live") return;
    if (this.#mode === "idle") {
      this.#flush();
      this.#mode = "gathering";
      this.#gather();
    } else if (this.#answering || this.#output.bytes - this.#sent >= batchBytes) {
      this.#flush();
    }
    this.#answering = false;
  }

  outputEnded(): void {
    if (this.#state === "live") this.#flush();
  }

  holdsBack(): boolean {
    if (this.#state === "closed" || this.#state === "stalled") return false;
    const behind = this.#output.bytes - this.#acknowledged;
    // Let go at half the window, so that a slow client does not stop and start the program with every acknowledgement.
    const holds = behind > (this.#output.held ? flowWindowBytes / 2 : flowWindowBytes);
    if (holds && this.#state === "live") this.#watchForStall();
    return holds;
  }

  async #start(): Promise<void> {
    this.#sizes = [];
    const snapshot = await this.#options.snapshot();
    if (this.#state !== "waiting") return;
    this.#options.send(streamFrame({ type: "snapshot", ...snapshot }));
    const known = this.#sizes.at(-1)?.size ?? snapshot;
    const size = this.#options.size();
    // Changed just before, within a sequence that the snapshot leaves out.
    if (known.cols !== size.cols || known.rows !== size.rows) this.#sizes.push({ offset: snapshot.offset, size });
    this.#sent = this.#acknowledged = snapshot.offset;
    this.#acknowledgedAt = performance.now();
    this.#state = "live";
    this.#flush();
    this.#output.settle();
  }

  #gather(): void {
    this.#gatherTimer = setTimeout(() => {
      if (this.#output.bytes > this.#sent && this.#windowLeft() > 0) {
        this.#flush();
        this.#gather();
      } else {
        this.#mode = "idle";
      }
    }, gatherMs);
  }

  #windowLeft(): number {
    return flowWindowBytes - (this.#sent - this.#acknowledged);
  }

  #flush(): void {
    while (this.#state === "live") {
      const change = this.#sizes[0];
      if (change && change.offset <= this.#sent) {
        this.#sizes.shift();
        this.#options.send(streamFrame({ type: "size", ...change.size }));
        continue;
      }
      const until = Math.min(this.#output.bytes, change?.offset ?? Number.POSITIVE_INFINITY);
      const length = Math.min(until - this.#sent, this.#windowLeft(), largestData);
      if (length <= 0) break;
      if (this.#sent < this.#output.ring.start) {
        this.#startOver();
        return;
      }
      this.#options.send(dataFrame(this.#output.ring, this.#sent, this.#sent + length));
      this.#sent += length;
    }
    if (this.#state === "live" && this.#output.ended && this.#sent === this.#output.bytes && !this.#endSent) {
      this.#endSent = true;
      this.#options.send(streamFrame({ type: "end", offset: this.#sent }));
    }
  }

  /** What it was to be sent next has left the ring. */
  #startOver(): void {
    this.#state = "waiting";
    void this.#start();
  }

  #watchForStall(): void {
    if (this.#stallTimer) return;
    const wait = this.#acknowledgedAt + this.#stalledMs - performance.now();
    this.#stallTimer = setTimeout(() => {
      this.#stallTimer = null;
      if (this.#state !== "live") return;
      if (performance.now() - this.#acknowledgedAt >= this.#stalledMs) this.#state = "stalled";
      this.#output.settle();
    }, Math.max(wait, 0) + 1);
  }
}

/** What a transport (WebSocket, MessagePort) must be able to do for the connection; reconnecting and everything else is done once, above it. */
import type { ClientLink } from "@orpc/client";
import type { Problem } from "#shared/contract/base.ts";
import type { TerminalView } from "./connection.ts";

/** Why something ended: `problem` when main said so on purpose, null when it just went away. */
export type Ended = { problem: Problem | null };

/** One established connection to main. */
export type Session = {
  link: ClientLink<Record<never, never>>;
  /** Resolves when it is over, never rejects. */
  ended: Promise<Ended>;
  close(): void;
};

/** A stream of binary messages, one frame each. */
export type RawStream = { send(frame: Uint8Array<ArrayBuffer>): void; close(): void };

export type RawStreamEvents = {
  opened(): void;
  message(frame: Uint8Array): void;
  closed(reason: "lost" | "gone"): void;
};

export interface Wire {
  /** One attempt; rejects with RefusedByMain when main does not let this window in, with anything else when it is not there. */
  dial(signal: AbortSignal): Promise<Session>;
  openStream(terminalId: string, view: TerminalView, events: RawStreamEvents): RawStream;
}

/** Main answered and does not let this window in. */
export class RefusedByMain extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Whether trying a terminal's stream again can help. */
export function lossOf(problem: Problem | null): "lost" | "gone" {
  return problem?.code === "not_found" || problem?.code === "invalid_input" ? "gone" : "lost";
}

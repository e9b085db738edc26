/** What `k` prints and exits with, and how errors of its verbs are told. */
import { type Json, pythonJson } from "#shared/k/python.ts";

export type KAnswer = { text: string; exitCode: number };

/** Ends a call with plain text, wherever it is thrown. */
export class Refusal extends Error {
  readonly answer: KAnswer;

  constructor(line: string) {
    super(line);
    this.answer = said(line, 1);
  }
}

export function said(line: string, exitCode = 0): KAnswer {
  return { text: `${line}\n`, exitCode };
}

export function object(value: { [key: string]: Json }, exitCode: number): KAnswer {
  return said(pythonJson(value), exitCode);
}

/** An answer that grows: `watch` and `km`. Everything is one line. */
export type KStream = {
  line(text: string): void;
  errorLine(text: string): void;
  /** For a client that has to come back with it when the host dies. */
  remember(state: string): void;
  /** False while the client is so far behind that more would only pile up. */
  readonly flows: boolean;
  onDrain(listener: () => void): void;
  /** Nothing can be said after it. */
  end(exitCode: number): void;
  /** Whoever listened is gone, or {@link end} was called. */
  readonly over: AbortSignal;
};

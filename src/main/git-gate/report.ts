/** The answer to a push, as git's client reads it: progress for the person at the terminal, and how it went for each ref. */
import type { Writable } from "node:stream";
import { flush, line, longestLine } from "./pkt-line.ts";

export type RefReport = { ref: string; problem: string | null };

/** Milliseconds between signs of life, before which proxies and people give up. */
const aliveMs = 5_000;

export class PushReport {
  readonly #to: Writable;
  readonly #sideband: boolean;
  readonly #wanted: boolean;
  #alive: NodeJS.Timeout | undefined;

  constructor(to: Writable, capabilities: ReadonlySet<string>) {
    this.#to = to;
    this.#sideband = capabilities.has("side-band-64k");
    this.#wanted = capabilities.has("report-status");
  }

  /** A line of `remote: …`. */
  say(text: string): void {
    if (this.#sideband) this.#band(2, Buffer.from(`${text}\n`));
  }

  /** From now until the report. */
  stayAlive(): void {
    if (!this.#sideband) return;
    this.#alive ??= setInterval(() => this.#to.write(line(Buffer.from([2]))), aliveMs);
  }

  /** Ends the answer. `unpacked`: why the pack could not be taken, or null. */
  end(unpacked: string | null, refs: readonly RefReport[]): void {
    clearInterval(this.#alive);
    const lines = [
      line(`unpack ${unpacked === null ? "ok" : oneLine(unpacked)}\n`),
      ...refs.map(({ ref, problem }) => line(problem === null ? `ok ${ref}\n` : `ng ${ref} ${oneLine(problem)}\n`)),
      flush,
    ];
    const report = this.#wanted ? Buffer.concat(lines) : Buffer.alloc(0);
    if (this.#sideband) {
      this.#band(1, report);
      this.#to.end(flush);
    } else this.#to.end(report);
  }

  stop(): void {
    clearInterval(this.#alive);
  }

  #band(number: 1 | 2, content: Buffer): void {
    const most = longestLine - 1;
    for (let at = 0; at < content.length; at += most) {
      this.#to.write(line(Buffer.concat([Buffer.from([number]), content.subarray(at, at + most)])));
    }
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 500);
}

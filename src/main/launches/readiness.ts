/**
 * Finds out, from what a program puts out, when it can be given text: it has turned on bracketed paste, or it has been quiet for a while.
 * Modes: silent (nothing put out yet) → talking → pasting (bracketed paste is on) → ready.
 */

/** Quiet time after which a program with bracketed paste counts as ready: it has drawn its first screen. */
const quietWithPasteMs = 300;
/** Longest wait for that quiet: programs with an animation are never quiet. */
const patienceWithPasteMs = 3_000;
/** Quiet time after which a program without bracketed paste counts as waiting for input. */
const quietWithoutPasteMs = 1_500;
/** Longest start of a program; most are ready in two seconds, the slowest download things first. */
const readyLimitMs = 60_000;

export type Ready = "bracketed" | "plain" | "too late" | "ended";

const decoder = new TextDecoder("latin1");

export class Readiness {
  readonly settled: Promise<Ready>;
  #settle!: (ready: Ready) => void;
  #bracketed = false;
  #tail = "";
  #quiet: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  readonly #limit: NodeJS.Timeout;

  constructor(limitMs: number = readyLimitMs) {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#limit = setTimeout(() => this.#finish("too late"), limitMs);
  }

  output(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    const before = this.#bracketed;
    this.#scan(bytes);
    if (this.#bracketed && !before) {
      this.#patience = setTimeout(() => this.#finish("bracketed"), patienceWithPasteMs);
    } else if (!this.#bracketed && before) {
      clearTimeout(this.#patience);
    }
    clearTimeout(this.#quiet);
    this.#quiet = this.#bracketed
      ? setTimeout(() => this.#finish("bracketed"), quietWithPasteMs)
      : setTimeout(() => this.#finish("plain"), quietWithoutPasteMs);
  }

  ended(): void {
    this.#finish("ended");
  }

  /** DECSET and DECRST of mode 2004, alone or among others, also when a chunk ends in the middle. */
  #scan(bytes: Uint8Array): void {
    const text = this.#tail + decoder.decode(bytes);
    for (const [, modes, set] of text.matchAll(/\x1b\[\?([\d;]{1,60})([hl])/g)) {
      if (modes!.split(";").includes("2004")) this.#bracketed = set === "h";
    }
    const unfinished = text.lastIndexOf("\x1b");
    this.#tail = unfinished === -1 ? "" : text.slice(unfinished, unfinished + 80);
  }

  #finish(ready: Ready): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#patience);
    clearTimeout(this.#limit);
    this.#settle(ready);
  }
}

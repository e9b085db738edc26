/**
 * When a program's screen is looked at: once when it has settled, and once while it goes on putting things out, and only as long as nothing
 * stronger rules. What a program paints because its terminal changed is no reason to look.
 */
import {
  type Claim,
  type Claiming,
  claimOfScreen,
  decide,
  type ScreenSign,
  type Signals,
  silenceMs,
} from "#shared/activity/index.ts";
import type { ScreenView } from "../screen/messages.ts";

export type ScreenLookParts = {
  signs: readonly ScreenSign[];
  view(): Promise<ScreenView> | null;
  signals(): Signals;
  /** Null when nothing that is known stands there. */
  seen(claim: Claim | null): void;
};

/** Without output for so long a screen has settled, in ms: longer than an animation's step, shorter than patience. */
const settledMs = 1_500;
/** A program that goes on for so long is looked at once while it does, in ms. */
const busyMs = 3_000;
/** What is put out so soon after a change of the terminal is taken for a repaint, in ms. */
const repaintMs = 1_000;

export class ScreenLook {
  readonly #parts: ScreenLookParts;
  #timer: NodeJS.Timeout | null = null;
  #lastOutput = 0;
  #busySince = 0;
  #repaintUntil = 0;
  /** Since the beginning of the present output without a break. */
  #lookedBusy = true;
  #stopped = false;

  constructor(parts: ScreenLookParts) {
    this.#parts = parts;
    this.#stopped = parts.signs.length === 0;
  }

  output(): void {
    if (this.#stopped) return;
    const now = performance.now();
    if (now < this.#repaintUntil) return;
    if (now - this.#lastOutput > settledMs) {
      this.#busySince = now;
      this.#lookedBusy = false;
    }
    this.#lastOutput = now;
    this.#arm(settledMs);
  }

  repainted(): void {
    this.#repaintUntil = performance.now() + repaintMs;
  }

  /** A hook has said something that the screen may contradict in a while, even if nothing more is put out. */
  heard(): void {
    if (!this.#stopped) this.#arm(settledMs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#check();
    }, ms).unref();
  }

  #check(): void {
    if (this.#stopped) return;
    const now = performance.now();
    const quiet = now - this.#lastOutput;
    const wait = this.#stronger();
    if (quiet < settledMs) {
      if (!this.#lookedBusy && now - this.#busySince >= busyMs && wait === 0) {
        this.#lookedBusy = true;
        void this.#look(false);
      }
      this.#arm(settledMs - quiet);
      return;
    }
    if (wait === null) return;
    if (wait > 0) {
      this.#arm(wait);
      return;
    }
    void this.#look(true);
  }

  /** Milliseconds until the screen may be heard; null while something stronger rules. */
  #stronger(): number | null {
    const signals = this.#parts.signals();
    const { source, state } = decide(signals);
    if (source === "screen" || source === "keys" || source === "none" || state === "unknown") return 0;
    if (source === "exit" || state !== "working") return null;
    const { at } = signals.last[source satisfies Claiming]!;
    return Math.max(0, at + silenceMs - Date.now());
  }

  async #look(settled: boolean): Promise<void> {
    const at = this.#lastOutput;
    try {
      const view = await this.#parts.view();
      if (view === null || this.#stopped || this.#stronger() !== 0) return;
      // It went on while it was looked at.
      if (settled && this.#lastOutput !== at) return;
      const claim = claimOfScreen(view.lines, this.#parts.signs, settled);
      if (claim !== null || settled) this.#parts.seen(claim);
    } catch (error) {
      console.error("a screen could not be looked at:", error);
    }
  }
}

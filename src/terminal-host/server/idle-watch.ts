/** Calls back once a condition has held for a while without a break. */
export class IdleWatch {
  readonly #afterMs: number;
  readonly #idle: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(afterMs: number, idle: () => void) {
    this.#afterMs = afterMs;
    this.#idle = idle;
  }

  set(isIdle: boolean): void {
    if (isIdle) this.#timer ??= setTimeout(this.#idle, this.#afterMs);
    else this.stop();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** Requests of the desktop to a window ("show this terminal"): each is delivered once; without a window it waits for one. */
import type { WindowRequest } from "#shared/contract/app.ts";

/** More clicks than this on things that no window has shown yet are stale. */
const keptRequests = 8;

export class WindowRequests {
  readonly #waiting: WindowRequest[] = [];
  readonly #watchers: (() => void)[] = [];

  /** A window waits for the next one. */
  get watched(): boolean {
    return this.#watchers.length > 0;
  }

  push(request: WindowRequest): void {
    this.#waiting.push(request);
    if (this.#waiting.length > keptRequests) this.#waiting.shift();
    this.#watchers.shift()?.();
  }

  /** Ends when `signal` is aborted. */
  async *watch(signal: AbortSignal | undefined): AsyncGenerator<WindowRequest> {
    while (!signal?.aborted) {
      const request = this.#waiting.shift();
      if (request) yield request;
      else await this.#next(signal);
    }
  }

  #next(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        const at = this.#watchers.indexOf(wake);
        if (at >= 0) this.#watchers.splice(at, 1);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#watchers.push(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }
}

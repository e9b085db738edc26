/** Requests of the desktop to a window ("show this terminal"): each is delivered once; without a window that may show it, it waits for one. */
import type { WindowRequest } from "#shared/contract/app.ts";
import { type WindowKey, workspaceOfWindow } from "#shared/windows.ts";

/** More clicks than this on things that no window has shown yet are stale. */
const keptRequests = 8;

type Waiting = { request: WindowRequest; window: WindowKey | null };
type Watcher = { window: WindowKey; wake: () => void };

export class WindowRequests {
  readonly #waiting: Waiting[] = [];
  readonly #watchers: Watcher[] = [];

  /** A window that may show anything waits for the next one. */
  get watched(): boolean {
    return this.#watchers.some(({ window }) => mayTake({ window: null }, window));
  }

  /** `window`: the one that shall show it; null: any that shows more than one workspace. */
  push(request: WindowRequest, window: WindowKey | null): void {
    this.#waiting.push({ request, window });
    if (this.#waiting.length > keptRequests) this.#waiting.shift();
    const at = this.#watchers.findIndex((watcher) => mayTake({ window }, watcher.window));
    if (at >= 0) this.#watchers.splice(at, 1)[0]?.wake();
  }

  /** Ends when `signal` is aborted. */
  async *watch(window: WindowKey, signal: AbortSignal | undefined): AsyncGenerator<WindowRequest> {
    while (!signal?.aborted) {
      const at = this.#waiting.findIndex((waiting) => mayTake(waiting, window));
      const [found] = at < 0 ? [] : this.#waiting.splice(at, 1);
      if (found) yield found.request;
      else await this.#next(window, signal);
    }
  }

  #next(window: WindowKey, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const watcher: Watcher = {
        window,
        wake: () => {
          const at = this.#watchers.indexOf(watcher);
          if (at >= 0) this.#watchers.splice(at, 1);
          signal?.removeEventListener("abort", watcher.wake);
          resolve();
        },
      };
      this.#watchers.push(watcher);
      signal?.addEventListener("abort", watcher.wake, { once: true });
    });
  }
}

function mayTake({ window }: Pick<Waiting, "window">, by: WindowKey): boolean {
  return window === null ? workspaceOfWindow(by) === null : window === by;
}

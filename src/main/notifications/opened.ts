/** Notifications that were clicked outside the window, for the windows that then show what they are about. */
import type { Notification } from "#shared/contract/notifications.ts";

/** A click that no window was there for is kept this long, in ms: the window it opens needs a moment. */
const keepMs = 15_000;

export class OpenedNotifications {
  readonly #watchers = new Set<(notification: Notification | null) => void>();
  #kept: { notification: Notification; until: number } | null = null;

  add(notification: Notification): void {
    if (this.#watchers.size === 0) this.#kept = { notification, until: Date.now() + keepMs };
    for (const tell of this.#watchers) tell(notification);
  }

  close(): void {
    for (const tell of this.#watchers) tell(null);
  }

  async *watch(signal: AbortSignal | undefined): AsyncGenerator<Notification> {
    const waiting: (Notification | null)[] = [];
    let wake: () => void = () => {};
    const tell = (notification: Notification | null) => {
      waiting.push(notification);
      wake();
    };
    const stop = () => tell(null);
    signal?.addEventListener("abort", stop, { once: true });
    this.#watchers.add(tell);
    if (this.#kept !== null && this.#kept.until > Date.now()) tell(this.#kept.notification);
    this.#kept = null;
    try {
      while (!signal?.aborted) {
        const next = waiting.shift();
        if (next === null) return;
        if (next !== undefined) yield next;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#watchers.delete(tell);
    }
  }
}

/** What each window shows, as it says itself; held until its connection ends. */
import type { Connection } from "../transport/context.ts";

export type View = { focused: boolean; terminalIds: readonly string[] };

export class Views {
  readonly #views = new Map<string, View>();

  set(connection: Connection, view: View): void {
    if (connection.closed.aborted) return;
    if (!this.#views.has(connection.id)) {
      connection.closed.addEventListener("abort", () => this.#views.delete(connection.id), { once: true });
    }
    this.#views.set(connection.id, view);
  }

  /** Whether somebody looks at the terminal now; with null, at any window of ours. */
  looksAt(terminalId: string | null): boolean {
    for (const view of this.#views.values()) {
      if (view.focused && (terminalId === null || view.terminalIds.includes(terminalId))) return true;
    }
    return false;
  }
}

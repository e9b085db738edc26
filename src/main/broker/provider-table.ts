/** The provider table for whoever asks often: the person's own file is read again only after it has changed. What comes with Cellar stays as it is. */
import { statSync } from "node:fs";
import { type Providers, readProviders } from "./providers.ts";

/**
 * Milliseconds after which a file that has changed is taken to have its next change at another time: some file systems tell times no finer than two
 * seconds. Until then it is read each time.
 */
const settledMs = 3000;

export class ProviderTable {
  readonly #builtin: string;
  readonly #own: string | null;
  readonly #now: () => number;
  #known: { state: string; providers: Providers } | null = null;

  /** As {@link readProviders}. */
  constructor(builtin: string, own: string | null, now = Date.now) {
    this.#builtin = builtin;
    this.#own = own;
    this.#now = now;
  }

  /** As the file is now. Throws as {@link readProviders} does. */
  read(): Providers {
    const { state, changedAt } = stateOf(this.#own);
    if (this.#known?.state === state) return this.#known.providers;
    const providers = readProviders(this.#builtin, this.#own);
    this.#known = this.#now() - changedAt > settledMs ? { state, providers } : null;
    return providers;
  }
}

function stateOf(file: string | null): { state: string; changedAt: number } {
  const stats = file === null ? undefined : statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return { state: "not there", changedAt: 0 };
  const { ctimeMs, mtimeMs, size } = stats;
  return { state: `${ctimeMs} ${mtimeMs} ${size}`, changedAt: ctimeMs };
}

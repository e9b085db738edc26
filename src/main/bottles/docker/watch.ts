/**
 * Follows whether the engines of bottles answer: for each engine one client that listens to its events, and ends when the engine does. Then it is
 * asked again and again until it is back.
 */
import { setTimeout } from "node:timers/promises";
import { Failure } from "#shared/failure.ts";
import type { Engine } from "./engine.ts";
import { labels } from "./names.ts";

const askEveryMs = 1_000;

export class EngineWatch {
  readonly #home: string;
  readonly #bottles = new Map<string, string>();
  readonly #followed = new Map<string, AbortController>();
  #changed: () => void = () => {};

  constructor(home: string) {
    this.#home = home;
  }

  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** Idempotent. */
  add(bottleId: string, engine: Engine): void {
    const key = JSON.stringify(engine.address);
    this.#bottles.set(bottleId, key);
    if (this.#followed.has(key)) return;
    const stop = new AbortController();
    this.#followed.set(key, stop);
    void this.#follow(engine, stop.signal);
  }

  remove(bottleId: string): void {
    const key = this.#bottles.get(bottleId);
    if (key === undefined) return;
    this.#bottles.delete(bottleId);
    if ([...this.#bottles.values()].includes(key)) return;
    this.#followed.get(key)?.abort();
    this.#followed.delete(key);
  }

  close(): void {
    for (const stop of this.#followed.values()) stop.abort();
    this.#followed.clear();
    this.#bottles.clear();
  }

  async #follow(engine: Engine, signal: AbortSignal): Promise<void> {
    // Of what it listens to nothing is read: the end of the client is the news.
    const events = ["events", "--filter", `label=${labels.home}=${this.#home}`, "--filter", "event=oom"];
    for (let away = false; !signal.aborted; ) {
      if (await answers(engine, signal)) {
        if (away) this.#changed();
        away = false;
        await engine.run(events, { timeoutMs: "none", signal, onLine: () => {} }).catch(() => {});
        if (signal.aborted) return;
        if (await answers(engine, signal)) continue;
      }
      if (!away && !signal.aborted) this.#changed();
      away = true;
      await setTimeout(askEveryMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

async function answers(engine: Engine, signal: AbortSignal): Promise<boolean> {
  try {
    return (await engine.run(["version"], { signal })).exitCode === 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}

/** What earlier bottles have left behind: found without changing anything, shown, and removed only as it was shown. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BackendName } from "#shared/bottles/names.ts";
import { problemOf } from "#shared/failure.ts";
import type { Leftover } from "./backend.ts";
import { isBottleId } from "./ids.ts";
import { Plans } from "./plans.ts";
import type { Bottles } from "./service.ts";

export type CleanupItem = { backend: BackendName; kind: Leftover["kind"]; what: string };
type Found = { backend: BackendName; leftover: Leftover };

export class Cleanup {
  readonly #bottles: Bottles;
  /** Where kept homes are, named by their bottle. */
  readonly #homes: string;
  readonly #plans = new Plans<Found[]>();

  constructor(bottles: Bottles, homes: string) {
    this.#bottles = bottles;
    this.#homes = homes;
  }

  /** `planId` is null when nothing was found. Backends that do not work here are skipped. */
  async prepare(): Promise<{ planId: string | null; items: CleanupItem[] }> {
    const found: Found[] = [];
    for (const backend of await this.#bottles.backends.working()) {
      const leftovers = await backend.leftovers(this.#bottles.known()).catch(async (error: unknown) => {
        // It worked when it was asked last.
        if ((await backend.available()).available) throw error;
        return [];
      });
      found.push(...leftovers.map((leftover) => ({ backend: backend.name, leftover })));
    }
    found.push(...(await this.#homesLeft()));
    const items = found.map(({ backend, leftover: { kind, what } }) => ({ backend, kind, what }));
    if (found.length === 0) return { planId: null, items };
    let planId = "";
    this.#plans.add((id) => {
      planId = id;
      return found;
    });
    return { planId, items };
  }

  async run(planId: string): Promise<{ removed: string[]; failed: { what: string; why: string }[] }> {
    const removed: string[] = [];
    const failed: { what: string; why: string }[] = [];
    for (const { backend, leftover } of this.#plans.take(planId)) {
      try {
        // Somebody may have launched meanwhile; what belongs to a bottle that is known is none.
        if (leftover.bottleId !== null && this.#bottles.known().has(leftover.bottleId)) continue;
        if (leftover.kind === "home") await this.#removeHome(leftover);
        else await this.#bottles.backends.named(backend).removeLeftover(leftover);
        removed.push(leftover.what);
      } catch (error) {
        failed.push({ what: leftover.what, why: problemOf(error).message });
      }
    }
    return { removed, failed };
  }

  async #homesLeft(): Promise<Found[]> {
    const used = this.#bottles.homesInUse();
    const names = await readdir(this.#homes).catch(() => []);
    return names
      .filter((name) => isBottleId(name) && !used.has(name))
      .map((name) => ({
        backend: "bubblewrap",
        leftover: {
          kind: "home",
          bottleId: name,
          what: `Home that was kept for a bottle nobody remembers (${name})`,
          key: name,
        },
      }));
  }

  async #removeHome({ key }: Leftover): Promise<void> {
    if (this.#bottles.homesInUse().has(key)) return;
    await rm(join(this.#homes, key), { recursive: true, force: true });
  }
}

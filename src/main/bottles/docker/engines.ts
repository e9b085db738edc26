/** The engines that bottles are on: the one that is chosen now, and those that earlier ones were started on. */
import type { Subprocesses } from "#node/subprocess.ts";
import { directoriesIn } from "../ids.ts";
import { Engine, type EngineAddress, engineAddress } from "./engine.ts";
import { keptOf } from "./kept.ts";

export type EnginesParts = {
  subprocesses: Subprocesses;
  /** The home's runtime directory, in which the bottles' directories are. */
  runtime: string;
  loginEnvironment(): Promise<Record<string, string>>;
  settings(): { context: string };
};

export class Engines {
  readonly #parts: EnginesParts;

  constructor(parts: EnginesParts) {
    this.#parts = parts;
  }

  at(address: EngineAddress): Engine {
    return new Engine(this.#parts.subprocesses, address);
  }

  async chosen(): Promise<Engine> {
    const { context } = this.#parts.settings();
    return this.at(engineAddress(await this.#parts.loginEnvironment(), context));
  }

  /** As its directory remembers it; the chosen one where nothing is remembered. */
  async ofBottle(directory: string): Promise<Engine> {
    const kept = await keptOf(directory);
    return kept === null ? this.chosen() : this.at(kept.address);
  }

  async all(): Promise<Engine[]> {
    const directories = await directoriesIn(this.#parts.runtime);
    const kept = await Promise.all([...directories.values()].map(keptOf));
    const addresses = [(await this.chosen()).address, ...kept.flatMap((each) => (each === null ? [] : [each.address]))];
    const different = new Map(
      addresses.map((address) => [JSON.stringify([address.args, address.env["DOCKER_HOST"]]), address]),
    );
    return [...different.values()].map((address) => this.at(address));
  }
}

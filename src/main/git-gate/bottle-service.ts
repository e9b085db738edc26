/** The git gate of a bottle: the repositories of its manifest behind one socket, and what leads git inside there. */
import { servicePorts } from "#shared/bottles/names.ts";
import {
  type BottlePlace,
  type BottleReach,
  type BottleService,
  gitSettingsEnvironment,
  type OpenService,
  type PlannedService,
} from "../bottles/index.ts";
import { addressOf } from "./access.ts";
import { ruleWords } from "./rules.ts";
import type { GitGates } from "./service.ts";
import { gateSettings, hostAndPort } from "./spellings.ts";

export class BottleGitGates implements BottleService {
  readonly name = "git";
  readonly #gates: GitGates;

  constructor(gates: GitGates) {
    this.#gates = gates;
  }

  async plan({ gitRepositories }: BottleReach): Promise<(PlannedService & { serves: boolean }) | null> {
    if (gitRepositories.length === 0) return null;
    const ways = await this.#gates.check(gitRepositories);
    return {
      serves: true,
      // As many of the last two as there are spellings of addresses; their names say nothing.
      environment: ["GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_*", "GIT_CONFIG_VALUE_*"],
      gitGate: gitRepositories.map((each, index) => {
        return `${each.name} → ${hostAndPort(addressOf(each))} (${ways[index]}; ${ruleWords(each.push)})`;
      }),
    };
  }

  async open(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService | null> {
    const { gitRepositories: repositories, workspaceId } = reach;
    if (repositories.length === 0) return null;
    await this.#gates.open({ bottleId: place.id, workspaceId, repositories, socket });
    const settings = gateSettings(
      repositories.map((each) => ({ name: each.name, address: addressOf(each) })),
      `http://127.0.0.1:${servicePorts.git}`,
    );
    return { environment: gitSettingsEnvironment(settings) };
  }

  restore(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService | null> {
    return this.open(place, reach, socket);
  }

  state(bottleId: string) {
    return { state: this.#gates.isOpen(bottleId) ? "up" : "down", detail: null } as const;
  }

  async close(bottleId: string): Promise<void> {
    await this.#gates.close(bottleId);
  }
}

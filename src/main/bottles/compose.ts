/** Bottles, on every backend that this Cellar knows, with the services that others bring. */
import { join } from "node:path";
import { loginEnvironment } from "#node/login-environment.ts";
import type { Ground } from "../ground.ts";
import type { Vault } from "../vault/index.ts";
import type { BottleBackend } from "./backend.ts";
import { type BottleService, JoinedServices } from "./bottle-services.ts";
import { Bubblewrap, readGitConfig } from "./bubblewrap/index.ts";
import { Cleanup } from "./cleanup.ts";
import { Docker } from "./docker/index.ts";
import { Inside } from "./inside.ts";
import { OpenSandbox } from "./opensandbox/index.ts";
import { Bottles, type BottlesParts } from "./service.ts";
import { Smolmachines } from "./smolmachines/index.ts";

export type BottlesNeeds = Pick<BottlesParts, "launches" | "programs" | "workspaces" | "terminals"> & {
  vault: Vault;
  /** What stands beside a bottle, in the order in which it is opened. */
  services: readonly BottleService[];
};

export function composeBottles(
  ground: Ground,
  { vault, services, ...parts }: BottlesNeeds,
): { bottles: Bottles; inside: Inside; cleanup: Cleanup } {
  const { paths, database, git, settings, subprocesses, ownExtensions, log, endings } = ground;
  const state = join(paths.home, "bottles");
  const bottles = new Bottles({
    ...parts,
    database,
    backends: backends(ground, vault, join(state, "returned")),
    services: new JoinedServices(services),
    git,
    loginEnvironment,
    folders: { runtime: paths.runtime, state, manifests: join(paths.home, "manifests") },
    ownManifests: ownExtensions,
    usageLimits: () => {
      const { bottleLimitTokens, bottleLimitDollars } = settings.settings;
      return { tokens: bottleLimitTokens || null, costMicros: bottleLimitDollars * 1e6 || null };
    },
    log,
  });
  endings.add(() => bottles.close());
  endings.add(settings.onChangeOf(["dockerContext", "opensandboxUrl"], () => bottles.backends.forget()));
  return {
    bottles,
    inside: new Inside(bottles, parts.terminals, subprocesses),
    cleanup: new Cleanup(bottles, state),
  };
}

/** Preferred first. */
function backends({ paths, settings, subprocesses }: Ground, vault: Vault, returned: string): BottleBackend[] {
  const parts = { subprocesses, readGitConfig: readGitConfig(subprocesses), runtime: paths.runtime, loginEnvironment };
  return [
    new Bubblewrap(parts),
    new Docker({
      ...parts,
      returned,
      settings: () => {
        const { dockerContext, dockerBaseImage } = settings.settings;
        return { context: dockerContext, baseImage: dockerBaseImage };
      },
    }),
    new Smolmachines({ ...parts, image: () => settings.settings.smolmachinesImage }),
    new OpenSandbox({
      ...parts,
      returned,
      settings: () => ({ url: settings.settings.opensandboxUrl, image: settings.settings.opensandboxImage }),
      resolve: (handle, usedBy) => vault.resolve(handle, usedBy),
    }),
  ];
}

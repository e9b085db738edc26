/** The git gates over the vault's credentials, and their part in a bottle. */
import { homedir } from "node:os";
import { join } from "node:path";
import { loginEnvironment } from "#node/login-environment.ts";
import type { Ground } from "../ground.ts";
import type { Vault } from "../vault/index.ts";
import { BottleGitGates } from "./bottle-service.ts";
import { GitGates } from "./service.ts";

export function composeGitGates(
  { paths, database, git, settings, failed, endings }: Ground,
  vault: Vault,
): { gitGates: GitGates; bottleGitGates: BottleGitGates } {
  const gitGates = new GitGates({
    database,
    git,
    folder: join(paths.home, "git-mirrors"),
    runtime: paths.runtime,
    personHome: homedir(),
    loginEnvironment,
    gitCredential: (host, path, usedBy) => vault.gitCredential(host, path, usedBy),
    knownSecrets: () => (vault.state.state === "locked" ? null : vault.known().map(({ secret }) => secret)),
    holdSeconds: () => settings.settings.gitGateHoldSeconds,
    failed,
  });
  endings.add(() => gitGates.stop());
  return { gitGates, bottleGitGates: new BottleGitGates(gitGates) };
}

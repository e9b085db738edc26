/** The vault in the keychain that the desktop has. */
import { sharedLoginEnvironment } from "#node/login-environment.ts";
import type { Ground } from "../ground.ts";
import type { Environment } from "./lookup.ts";
import { Vault } from "./service.ts";

export function composeVault({ paths, desktop, settings, failed, endings }: Ground): Vault {
  const vault = new Vault({
    path: paths.vault,
    keychain: desktop.keychain,
    environment: personsEnvironment(),
    lockMinutes: () => settings.settings.vaultLockMinutes,
    failed,
  });
  endings.add(() => vault.close());
  endings.add(settings.onChange(() => vault.watchIdle()));
  return vault;
}

/**
 * What Cellar itself was started with goes before what the login shell says. Put together once for each answer of the shell: every request that gets a
 * secret looks into it, and reading all of `process.env` takes longer than reading the vault.
 */
function personsEnvironment(): () => Promise<Environment> {
  let made: { shell: Environment; all: Environment } | null = null;
  return async () => {
    const shell = await sharedLoginEnvironment();
    if (made?.shell !== shell) made = { shell, all: { ...shell, ...process.env } };
    return made.all;
  };
}

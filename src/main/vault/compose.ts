/** The vault in the keychain that the desktop has. */
import { loginEnvironment } from "#node/login-environment.ts";
import type { Ground } from "../ground.ts";
import { Vault } from "./service.ts";

export function composeVault({ paths, desktop, settings, failed, endings }: Ground): Vault {
  const vault = new Vault({
    path: paths.vault,
    keychain: desktop.keychain,
    // What Cellar itself was started with goes before what the login shell says.
    environment: async () => ({ ...(await loginEnvironment()), ...process.env }),
    lockMinutes: () => settings.settings.vaultLockMinutes,
    failed,
  });
  endings.add(() => vault.close());
  endings.add(settings.onChange(() => vault.watchIdle()));
  return vault;
}

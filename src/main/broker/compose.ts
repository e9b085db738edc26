/** The broker over the vault and the providers' table, and its part in a bottle. */
import { join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import { loginEnvironment } from "#node/login-environment.ts";
import type { Ground } from "../ground.ts";
import type { Vault } from "../vault/index.ts";
import { BottleBroker } from "./bottle-service.ts";
import { ProviderTable } from "./provider-table.ts";
import { Broker } from "./service.ts";

export function composeBroker(
  { paths, database, ownExtensions, endings }: Ground,
  vault: Vault,
): { broker: Broker; bottleBroker: BottleBroker } {
  const builtin = join(installationFolder, "resources", "providers.toml");
  const own = ownExtensions ? join(paths.home, "providers.toml") : null;
  const table = new ProviderTable(builtin, own);
  const providers = () => table.read();
  const broker = new Broker({
    database,
    vault: {
      resolveSecret: (handle, usedBy) => vault.resolve(handle, usedBy),
      replaceSecret: async (handle, value) => void (await vault.rotate(handle, value.reveal())),
    },
    providers,
    loginEnvironment,
  });
  endings.add(() => broker.stop());
  const bottleBroker = new BottleBroker({
    broker,
    providers,
    resolve: (handle, usedBy) => vault.resolve(handle, usedBy),
    vaultExists: () => vault.state.state !== "absent",
    loginEnvironment,
  });
  return { broker, bottleBroker };
}

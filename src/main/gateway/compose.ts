/** The gateways over one dialer, and their part in a bottle. */
import { Dialer } from "../egress/index.ts";
import type { Ground } from "../ground.ts";
import type { Vault } from "../vault/index.ts";
import { BottleGateways } from "./bottle-service.ts";
import { Gateways } from "./service.ts";

export function composeGateways(
  { database, settings, endings }: Ground,
  vault: Vault,
): { gateways: Gateways; bottleGateways: BottleGateways } {
  const gateways = new Gateways({
    database,
    dialer: new Dialer(),
    holdSeconds: () => settings.settings.gatewayHoldSeconds,
  });
  endings.add(() => gateways.stop());
  const bottleGateways = new BottleGateways({
    gateways,
    knownSecrets: () => vault.known().map(({ secret }) => secret),
    resolve: (handle, usedBy) => vault.resolve(handle, usedBy),
  });
  return { gateways, bottleGateways };
}

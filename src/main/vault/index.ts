/** The vault: secrets by handle, and git credentials, encrypted at rest and handed out inside main only. */
export { vaultProcedures } from "./procedures.ts";
export type { Need } from "./secrets.ts";
export { type KnownValue, Vault, type VaultParts } from "./service.ts";

/** The vault: secrets by handle, and git credentials, encrypted at rest and handed out inside main only. */
export { composeVault } from "./compose.ts";
export { vaultProcedures } from "./procedures.ts";
export { Vault, type VaultParts } from "./service.ts";

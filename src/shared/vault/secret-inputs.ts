/** Calls whose input carries a secret. Their input is never written down: not in a process's arguments, not in a log, not in a failure. */
export const secretInputs: ReadonlySet<string> = new Set([
  "vault.setUp",
  "vault.unlock",
  "vault.changePassphrase",
  "vault.set",
  "vault.rotate",
  "vault.importPreview",
  "vault.saveGitCredential",
]);

/** How the vault is, in the language of states. */
import type { VaultState } from "#shared/contract/vault.ts";
import type { Status } from "#shared/states.ts";

const because = {
  start: "Locked since Cellar was started",
  asked: "Locked by you",
  idle: "Locked because it was not used",
  screen: "Locked with your screen",
} as const;

/** `short` for a place that says "vault" already. */
export function vaultStatus(vault: VaultState | null): Status & { short: string } {
  if (vault === null) return { state: "unknown", words: "Vault not known yet", short: "" };
  if (vault.problems.length > 0) {
    return { state: "lost", words: "Vault has a problem", short: "Problem", evidence: vault.problems.join("\n") };
  }
  switch (vault.state) {
    case "absent":
      return { state: "ready", words: "Vault not set up", short: "Not set up" };
    case "locked":
      return {
        state: "held",
        words: "Vault locked",
        short: "Locked",
        evidence: because[vault.lockedBecause ?? "start"],
      };
    case "unlocked":
      return { state: "done", words: "Vault unlocked", short: "Unlocked" };
  }
}

/** Where a sign-in's file is kept: in the vault, or where the person's own program has it. */
import type { Secret } from "#node/secret.ts";

export type SignInPlace = {
  /** Which one it is, among all. */
  readonly key: string;
  /** The whole file as it is now. Rejects with a Failure that says why there is none. */
  read(): Promise<Secret>;
  /** Nobody else who keeps to the same rule refreshes it meanwhile. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  replace(text: Secret): Promise<void>;
};

export type VaultAccess = {
  /** Rejects with a Failure when the vault is locked or has no such handle. `usedBy` is for its record of uses. */
  resolveSecret: (handle: string, usedBy: string) => Promise<Secret>;
  /** Replaces the value of a handle. */
  replaceSecret: (handle: string, value: Secret) => Promise<void>;
};

export function inVault(vault: VaultAccess, handle: string, usedBy: string): SignInPlace {
  return {
    key: `vault ${handle}`,
    read: () => vault.resolveSecret(handle, usedBy),
    exclusively: (work) => work(),
    replace: (text) => vault.replaceSecret(handle, text),
  };
}

/** A vault in a temporary folder, as main opens it; closed and opened again as a restart does. */
import { noKeychain } from "#main/keychain.ts";
import { Vault, type VaultParts } from "#main/vault/index.ts";
import { TemporaryFolder } from "./product/temporary.ts";

/** So cheap that a test can unlock hundreds of times; the real cost is tested once. */
export const cheap = { N: 16, r: 1, p: 1 };
export const passphrase = "correct horse battery";

export class VaultHome implements Disposable {
  readonly folder = new TemporaryFolder("vault");
  readonly path = this.folder.in("vault.db");
  /** What was not the vault's to answer for. */
  readonly failures: unknown[] = [];
  environment: Record<string, string> = {};
  lockMinutes = 0;
  now: () => number = () => Date.now();
  #vault: Vault | null = null;

  open(more: Partial<VaultParts> = {}): Vault {
    this.close();
    this.#vault = new Vault({
      path: this.path,
      keychain: noKeychain("There is none."),
      environment: async () => this.environment,
      lockMinutes: () => this.lockMinutes,
      failed: (error) => this.failures.push(error),
      cost: cheap,
      now: () => this.now(),
      ...more,
    });
    return this.#vault;
  }

  /** Set up and unlocked. */
  async ready(more: Partial<VaultParts> = {}): Promise<Vault> {
    const vault = this.open(more);
    await vault.setUp(passphrase);
    return vault;
  }

  /** As after a restart, unlocked again. */
  async again(more: Partial<VaultParts> = {}): Promise<Vault> {
    const vault = this.open(more);
    await vault.unlock(passphrase);
    return vault;
  }

  close(): void {
    this.#vault?.close();
    this.#vault = null;
  }

  [Symbol.dispose](): void {
    this.close();
    this.folder[Symbol.dispose]();
  }
}

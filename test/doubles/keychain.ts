/** A system's keychain as the vault meets it: wraps with a key that only it has, may be locked, and may have changed its key. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Keychain } from "#main/keychain.ts";

export class KeychainDouble implements Keychain {
  readonly name = "Test keychain";
  /** The system changed its key: what is wrapped under the old one should be wrapped anew. */
  renew = false;
  wrapped = 0;
  why: string | null = null;
  refuses = false;
  readonly #key = randomBytes(32);

  async problem(): Promise<string | null> {
    return this.why;
  }

  async wrap(text: string): Promise<Buffer> {
    this.wrapped += 1;
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  }

  async unwrap(box: Buffer): Promise<{ text: string; renew: boolean }> {
    if (this.refuses) throw new Error("the person did not allow it");
    const decipher = createDecipheriv("aes-256-gcm", this.#key, box.subarray(0, 12));
    decipher.setAuthTag(box.subarray(-16));
    return {
      text: decipher.update(box.subarray(12, -16), undefined, "utf8") + decipher.final("utf8"),
      renew: this.renew,
    };
  }
}

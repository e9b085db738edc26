/** How the data key is kept: wrapped by a passphrase or by the system's keychain, one of the two at a time. */
import { z } from "zod";
import { Failure } from "#shared/failure.ts";
import type { Keychain } from "../keychain.ts";
import {
  type PassphraseWrap,
  passphraseWrap,
  type ScryptCost,
  unwrapWithPassphrase,
  wrapWithPassphrase,
} from "./passphrase.ts";
import { WrongPassphrases } from "./wrong-passphrases.ts";

const keychainWrap = z.strictObject({ kind: z.literal("keychain"), box: z.base64() });
const wrapRecord = z.discriminatedUnion("kind", [passphraseWrap, keychainWrap]);
type WrapRecord = z.infer<typeof wrapRecord>;

/** Short enough for a phrase that is typed daily, long enough that scrypt's cost counts. */
const shortestPassphrase = 8;

export type ProtectionParts = { keychain: Keychain; cost: ScryptCost; now: () => number };

export class Protection {
  readonly #keychain: Keychain;
  readonly #cost: ScryptCost;
  readonly #wrong: WrongPassphrases;

  constructor({ keychain, cost, now }: ProtectionParts) {
    this.#keychain = keychain;
    this.#cost = cost;
    this.#wrong = new WrongPassphrases(now);
  }

  get waitUntil(): number | null {
    return this.#wrong.waitUntil;
  }

  /** The record to store; `passphrase` null wraps by the keychain. */
  async wrap(dataKey: Buffer, passphrase: string | null, vaultId: string): Promise<string> {
    const record: WrapRecord =
      passphrase === null
        ? await this.#wrapByKeychain(dataKey, vaultId)
        : await wrapWithPassphrase(dataKey, good(passphrase), vaultId, this.#cost);
    return JSON.stringify(record);
  }

  /** The data key. Throws `refused` for a wrong passphrase, `unavailable` while it is too early for another, or without the keychain. */
  async unwrap(
    stored: string,
    passphrase: string | null,
    vaultId: string,
  ): Promise<{ dataKey: Buffer; renew: boolean }> {
    const record = parsed(stored);
    if (record.kind === "keychain") {
      if (passphrase !== null)
        throw new Failure("invalid_input", "the vault is protected by the keychain, not by a passphrase");
      return this.#unwrapByKeychain(record.box, vaultId);
    }
    if (passphrase === null) throw new Failure("invalid_input", "the vault is protected by a passphrase");
    return { dataKey: await this.#tryPassphrase(record, passphrase, vaultId), renew: false };
  }

  async #tryPassphrase(record: PassphraseWrap, passphrase: string, vaultId: string): Promise<Buffer> {
    const until = this.#wrong.waitUntil;
    if (until !== null) {
      throw new Failure("unavailable", "too many wrong passphrases", {
        hint: `The next one is tried after ${new Date(until).toISOString()}.`,
      });
    }
    const dataKey = await unwrapWithPassphrase(record, passphrase, vaultId);
    if (dataKey === null) {
      this.#wrong.failed();
      throw new Failure("refused", "that is not the vault's passphrase");
    }
    this.#wrong.succeeded();
    return dataKey;
  }

  async #wrapByKeychain(dataKey: Buffer, vaultId: string): Promise<WrapRecord> {
    const problem = await this.#keychain.problem();
    if (problem !== null) throw new Failure("unavailable", `the keychain cannot be used: ${problem}`);
    const box = await this.#keychain.wrap(`${vaultId}:${dataKey.toString("base64")}`);
    return { kind: "keychain", box: box.toString("base64") };
  }

  async #unwrapByKeychain(box: string, vaultId: string): Promise<{ dataKey: Buffer; renew: boolean }> {
    const hint = "Unlock the system's keychain and try again.";
    const problem = await this.#keychain.problem();
    if (problem !== null) throw new Failure("unavailable", `the keychain cannot be used: ${problem}`, { hint });
    let given: { text: string; renew: boolean };
    try {
      given = await this.#keychain.unwrap(Buffer.from(box, "base64"));
    } catch (cause) {
      throw new Failure("unavailable", `${this.#keychain.name} did not give the vault's key`, { hint, cause });
    }
    const [id, key = ""] = given.text.split(":");
    if (id !== vaultId) throw new Failure("failed", `${this.#keychain.name} gave the key of another vault`);
    return { dataKey: Buffer.from(key, "base64"), renew: given.renew };
  }
}

export function protectionKind(stored: string | null): WrapRecord["kind"] | null {
  if (stored === null) return null;
  const record = read(stored);
  // One that cannot be read any more: what it was is not known, and a passphrase is what can be asked for.
  return record?.kind ?? "passphrase";
}

function parsed(stored: string): WrapRecord {
  const record = read(stored);
  if (record !== null) return record;
  throw new Failure("failed", "the record of the vault's key is damaged, and there was no good backup", {
    hint: "Put a copy of vault.db from a backup of yours in its place, or start over.",
  });
}

function read(stored: string): WrapRecord | null {
  try {
    return wrapRecord.parse(JSON.parse(stored));
  } catch {
    return null;
  }
}

function good(passphrase: string): string {
  if ([...passphrase.normalize("NFKC").trim()].length < shortestPassphrase) {
    throw new Failure("invalid_input", `a passphrase has at least ${shortestPassphrase} characters`);
  }
  return passphrase;
}

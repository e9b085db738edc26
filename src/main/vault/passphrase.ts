/** A passphrase as the wrapping of the data key: scrypt makes a key of it, at a cost that is stored beside the result. */
import { randomBytes, scrypt } from "node:crypto";
import { z } from "zod";
import { keyBytes, seal, unseal } from "./boxes.ts";

export type ScryptCost = { N: number; r: number; p: number };

/** 128 MiB and about half a second on a laptop, the stronger of OWASP's recommendations. */
export const strongCost: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };
/** A file that asks for more was not written by us; it must not cost a computer its memory. */
const highestCost: ScryptCost = { N: 2 ** 20, r: 16, p: 4 };

export const passphraseWrap = z.strictObject({
  kind: z.literal("passphrase"),
  salt: z.base64(),
  N: z.int().min(2).max(highestCost.N),
  r: z.int().min(1).max(highestCost.r),
  p: z.int().min(1).max(highestCost.p),
  box: z.base64(),
});
export type PassphraseWrap = z.infer<typeof passphraseWrap>;

export async function wrapWithPassphrase(
  dataKey: Buffer,
  passphrase: string,
  vaultId: string,
  cost: ScryptCost,
): Promise<PassphraseWrap> {
  const head = { kind: "passphrase" as const, salt: randomBytes(32).toString("base64"), ...cost };
  const key = await keyOf(passphrase, head);
  try {
    return { ...head, box: seal(key, dataKey, context(head, vaultId)).toString("base64") };
  } finally {
    key.fill(0);
  }
}

/** Null when it is not this passphrase. */
export async function unwrapWithPassphrase(
  { box, ...head }: PassphraseWrap,
  passphrase: string,
  vaultId: string,
): Promise<Buffer | null> {
  const key = await keyOf(passphrase, head);
  try {
    return unseal(key, Buffer.from(box, "base64"), context(head, vaultId));
  } finally {
    key.fill(0);
  }
}

type Head = Omit<PassphraseWrap, "box">;

function context({ kind, salt, N, r, p }: Head, vaultId: string): unknown[] {
  return ["cellar vault key", 1, vaultId, kind, salt, N, r, p];
}

/** The same letters typed on two systems can be other code points; normalised they are the same passphrase. */
function keyOf(passphrase: string, { salt, N, r, p }: Head): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: 256 * N * r };
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), keyBytes, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

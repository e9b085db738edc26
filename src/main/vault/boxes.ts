/** AES-256-GCM as the vault uses it: a fresh nonce per box, and what a box belongs to as additional data. Pure; knows no files. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

export const keyBytes = 32;
/** 96 bits, the size GCM is made for. Random ones are safe for 2³² boxes under one key (NIST SP 800-38D). */
const nonceBytes = 12;
const tagBytes = 16;

/** Nonce, ciphertext and tag in one. `context` says what it is: it opens only under the same. */
export function seal(key: Buffer, text: Buffer, context: readonly unknown[]): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(contextBytes(context));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** Null when it was not sealed with this key, under this context, or is not what was sealed. */
export function unseal(key: Buffer, box: Buffer, context: readonly unknown[]): Buffer | null {
  if (box.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, box.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(contextBytes(context));
  decipher.setAuthTag(box.subarray(-tagBytes));
  const text = decipher.update(box.subarray(nonceBytes, -tagBytes));
  try {
    return Buffer.concat([text, decipher.final()]);
  } catch {
    text.fill(0);
    return null;
  }
}

/** The end of a box, which no other box has: what tells it from an earlier one of the same name. */
export function tagOf(box: Buffer): string {
  return box.subarray(-tagBytes).toString("base64");
}

/** JSON keeps the parts apart: no two contexts read the same. */
function contextBytes(context: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify(context));
}

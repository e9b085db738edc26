/** Bearer tokens of local endpoints: made here, kept only as a digest where they outlive a process, compared in constant time. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits, as text that fits a header, an address and an environment variable. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What a database keeps of a token: enough to know it again, not enough to use it. */
export function tokenDigest(token: string): string {
  return digest(token).toString("hex");
}

/** Whether a token is the one of which {@link tokenDigest} was kept; takes the same time for every wrong one. */
export function hasDigest(given: string, kept: string): boolean {
  const bytes = Buffer.from(kept, "hex");
  return bytes.length === 32 && timingSafeEqual(digest(given), bytes);
}

/** Compares digests, so that neither content nor length of the token can be told from the time it takes. */
export function sameToken(given: string | null, token: string): boolean {
  return given !== null && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

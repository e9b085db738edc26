import { describe, expect, test } from "vitest";
import { newToken, sameToken, tokenDigest } from "./token.ts";

describe("a token", () => {
  test("has 256 bits and is another one every time", () => {
    const tokens = new Set(Array.from({ length: 100 }, newToken));
    expect(tokens.size).toBe(100);
    for (const token of tokens) expect(Buffer.from(token, "base64url")).toHaveLength(32);
  });

  test("is known again, and only itself", () => {
    const token = newToken();
    expect(sameToken(token, token)).toBe(true);
    for (const other of [null, "", token.slice(1), `${token}a`, newToken()])
      expect(sameToken(other, token)).toBe(false);
  });

  test("leaves only a digest behind", () => {
    const token = newToken();
    expect(tokenDigest(token)).toBe(tokenDigest(token));
    expect(tokenDigest(token)).not.toContain(token);
    expect(tokenDigest(token)).not.toBe(tokenDigest(newToken()));
  });
});

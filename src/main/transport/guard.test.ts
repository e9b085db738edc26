import { describe, expect, test } from "vitest";
import { newToken } from "#node/token.ts";
import { bearerOf, refuseHost, refuseOrigin, refuseToken } from "./guard.ts";

describe("the guard of the loopback server", () => {
  test.each([
    ["127.0.0.1:4000", true],
    ["localhost:4000", true],
    ["LOCALHOST:4000", true],
    ["[::1]:4000", true],
    ["127.0.0.1", false],
    ["127.0.0.1:4001", false],
    ["localhost", false],
    ["localhost.:4000", false],
    ["cellar.example:4000", false],
    ["127.0.0.1.nip.io:4000", false],
    ["0.0.0.0:4000", false],
    ["127.1:4000", false],
    ["2130706433:4000", false],
    ["[::ffff:127.0.0.1]:4000", false],
    ["127.0.0.1:4000@evil.example", false],
    ["", false],
    [undefined, false],
  ])("host %j is ours: %j", (host, ours) => {
    expect(refuseHost(host, 4000) === null).toBe(ours);
  });

  test.each([
    [undefined, true],
    ["http://127.0.0.1:4000", true],
    ["HTTP://127.0.0.1:4000", true],
    ["http://localhost:4000", false],
    ["https://127.0.0.1:4000", false],
    ["http://127.0.0.1:4001", false],
    ["http://127.0.0.1", false],
    ["http://127.0.0.1:4000.evil.example", false],
    ["http://evil.example", false],
    ["null", false],
    ["file://", false],
    ["", false],
  ])("origin %j may talk to 127.0.0.1:4000: %j", (origin, allowed) => {
    expect(refuseOrigin(origin, "127.0.0.1:4000") === null).toBe(allowed);
  });

  test("only the very same token is accepted", () => {
    const token = newToken();
    expect(refuseToken(token, token)).toBeNull();
    for (const other of [null, "", token.slice(1), `${token}a`, token.toUpperCase(), newToken(), `${token}\0`]) {
      expect(refuseToken(other, token)?.code).toBe("unauthorized");
    }
  });

  test("a bearer is read only when it is exactly one", () => {
    expect(bearerOf("Bearer abc-_1")).toBe("abc-_1");
    for (const header of [undefined, "", "Bearer", "bearer abc", "Basic abc", "Bearer abc def", "Bearer abc\n"]) {
      expect(bearerOf(header)).toBeNull();
    }
  });
});

/** Which host a rule is about, by table and against whatever can be written for a host. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rulesOf, tunnel, verdict } from "#test/gateway-rules.ts";
import { decide, type Question } from "./rules.ts";

describe("hosts", () => {
  const rules = rulesOf(
    { host: "api.example.org" },
    { host: "*.wild.example" },
    { host: "192.0.2.7" },
    { host: "2001:db8::7" },
    { host: "xn--bcher-kva.example" },
  );
  test.each([
    ["api.example.org", "allow"],
    ["API.Example.ORG", "allow"],
    ["api.example.org.", "allow"],
    ["api.example.org..", "malformed"],
    [".api.example.org", "malformed"],
    ["evil-api.example.org", "host_not_allowed"],
    ["api.example.org.evil.example", "host_not_allowed"],
    ["sub.api.example.org", "host_not_allowed"],
    ["example.org", "host_not_allowed"],
    ["a.wild.example", "allow"],
    ["a.b.wild.example", "allow"],
    ["wild.example", "host_not_allowed"],
    ["evilwild.example", "host_not_allowed"],
    ["xn--bcher-kva.example", "allow"],
    ["bücher.example", "malformed"],
    ["аpi.example.org", "malformed"],
    ["api。example.org", "malformed"],
    ["api.example.org\0.evil.example", "malformed"],
    ["evil.example\0api.example.org", "malformed"],
    ["user@api.example.org", "malformed"],
    ["api.example.org/", "malformed"],
    ["api.example.org:443", "malformed"],
    ["api.example.org ", "malformed"],
    ["api.example.org%00", "malformed"],
    ["", "malformed"],
    [".", "malformed"],
    [`${"a".repeat(64)}.wild.example`, "malformed"],
    [`${"a.".repeat(130)}wild.example`, "malformed"],
    ["192.0.2.7", "allow"],
    ["192.0.2.8", "address_not_allowed"],
    ["3221225991", "address_not_allowed"],
    ["0xc0000207", "address_not_allowed"],
    ["0300.0.2.7", "address_not_allowed"],
    ["192.0.519", "address_not_allowed"],
    ["192.0.2.07", "address_not_allowed"],
    ["127.1", "address_not_allowed"],
    ["[2001:db8::7]", "allow"],
    ["2001:db8::7", "allow"],
    ["2001:0DB8:0:0::7", "allow"],
    ["[2001:db8::8]", "address_not_allowed"],
    ["[::ffff:192.0.2.7]", "address_not_allowed"],
    ["[2001:db8::7%eth0]", "address_not_allowed"],
    ["[::1]", "address_not_allowed"],
    ["[::1", "malformed"],
    ["localhost", "host_not_allowed"],
  ])("%j: %s", (host, expected) => {
    expect(verdict(tunnel(host), rules)).toBe(expected);
  });

  test("only a name that is on no rule can be allowed by a click", () => {
    const clickable = (question: Question) => decide(question, rules);
    expect(clickable(tunnel("new.example"))).toMatchObject({ canAllow: true });
    expect(clickable(tunnel("api.example.org", 8443))).toMatchObject({ canAllow: true, reason: "port_not_allowed" });
    expect(clickable(tunnel("192.0.2.8"))).toMatchObject({ canAllow: false });
    expect(clickable(tunnel("a\0b"))).toMatchObject({ canAllow: false });
  });

  test("whatever is written, what is allowed is on a rule, in one spelling, and reads the same a second time", () => {
    const piece = fc.constantFrom(
      "api",
      "example",
      "org",
      "wild",
      "evil",
      "192",
      "0x7f",
      "1",
      "ü",
      "\0",
      "@",
      "[",
      "]",
      ":",
      "%",
      "xn--",
      "-",
      "*",
      " ",
    );
    const host = fc.oneof(
      fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(".")),
      fc.array(piece, { maxLength: 6 }).map((parts) => parts.join("")),
      fc.string(),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc.domain(),
    );
    fc.assert(
      fc.property(host, fc.integer({ min: -1, max: 70_000 }), (text, port) => {
        const decided = decide({ kind: "tunnel", host: text, port }, rules);
        if (decided.type === "deny") return;
        expect([443, 80]).toContain(port);
        expect(decided.host).toMatch(
          /^(api\.example\.org|[a-z0-9_.-]+\.wild\.example|192\.0\.2\.7|2001:db8:0:0:0:0:0:7|xn--bcher-kva\.example)$/,
        );
        expect(verdict({ kind: "tunnel", host: decided.host, port }, rules)).toBe("allow");
      }),
      { numRuns: 3000 },
    );
  });
});

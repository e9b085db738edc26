/** What can be written as a rule, and how it is kept. */
import { describe, expect, test } from "vitest";
import { ruleOf } from "#test/gateway-rules.ts";

describe("a rule's host", () => {
  test.each([
    "https://a.example",
    "a.example/x",
    "*.",
    "*",
    "a.*.example",
    "**.example",
    "bücher.example",
    "0x7f.1",
    "a b",
    "*.1.2.3.4",
    "",
  ])("cannot be %j", (host) => {
    expect(() => ruleOf({ host })).toThrow();
  });
  test("is kept in one spelling", () => {
    expect(ruleOf({ host: "*.Example.ORG." }).host).toBe("*.example.org");
    expect(ruleOf({ host: "[2001:DB8::1]" }).host).toBe("2001:db8:0:0:0:0:0:1");
  });
});

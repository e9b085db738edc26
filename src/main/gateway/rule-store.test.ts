/** What can be written as a rule, and how it is kept. */
import { describe, expect, test } from "vitest";
import { ruleOf } from "#test/gateway-rules.ts";
import { ruleOfHost } from "./rule-store.ts";

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

test.each([
  ["pypi.org", "pypi.org", []],
  ["*.example.org:8443", "*.example.org", [8443]],
  ["[2001:db8::1]:443", "[2001:db8::1]", [443]],
  ["192.0.2.7", "192.0.2.7", []],
])("a manifest's %s is a rule", (text, host, ports) => {
  expect(ruleOfHost(text)).toMatchObject({ host, ports, effect: "allow" });
});

test.each(["https://pypi.org", "pypi.org:0", "pypi.org:99999", "pypi.org/simple", "a:b:c", ""])(
  "a manifest's %j is refused",
  (text) => {
    expect(() => ruleOfHost(text)).toThrow("is no host to allow");
  },
);

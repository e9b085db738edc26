/** Rules about headers: what is the header a rule means, and what its pattern means. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { request, ruleOf, rulesOf, verdict } from "#test/gateway-rules.ts";
import { fits } from "./header-match.ts";
import type { Question, Rules } from "./rules.ts";

describe("headers", () => {
  const asked = (...headers: string[]): Question => ({ ...request("/x"), headers });
  const one = (value: string, name = "x-env") => rulesOf({ host: "api.example.org", headers: [{ name, value }] });
  const two = rulesOf({
    host: "api.example.org",
    headers: [
      { name: "x-env", value: "prod" },
      { name: "accept", value: "*/json*" },
    ],
  });
  test.each<[string, Rules, string[], string]>([
    ["the same", one("prod"), ["X-Env", "prod"], "allow"],
    ["another value", one("prod"), ["X-Env", "dev"], "header_not_allowed"],
    ["other letters", one("prod"), ["X-Env", "PROD"], "header_not_allowed"],
    ["more of it", one("prod"), ["X-Env", "prod, dev"], "header_not_allowed"],
    ["none", one("prod"), [], "header_not_allowed"],
    ["twice, the same", one("prod"), ["X-Env", "prod", "x-env", "prod"], "header_not_allowed"],
    ["twice, in two spellings", one("prod"), ["X-Env", "prod", "x_env", "dev"], "header_not_allowed"],
    ["a spelling that some servers take for it", one("prod"), ["X_Env", "prod"], "header_not_allowed"],
    ["one that ends here", one("prod"), ["X-Env", "prod", "Connection", "x-env"], "header_not_allowed"],
    ["one of this connection", one("prod", "x-cellar-probe"), ["X-Cellar-Probe", "prod"], "header_not_allowed"],
    ["any value", one("*"), ["X-Env", ""], "allow"],
    ["any value, and none", one("*"), [], "header_not_allowed"],
    ["empty", one(""), ["X-Env", ""], "allow"],
    ["empty, and there is one", one(""), ["X-Env", "prod"], "header_not_allowed"],
    ["a beginning", one("pro*"), ["X-Env", "prod"], "allow"],
    ["an end", one("*od"), ["X-Env", "prod"], "allow"],
    ["a middle", one("p*d"), ["X-Env", "pd"], "allow"],
    ["an end that is the beginning", one("pro*od"), ["X-Env", "prod"], "header_not_allowed"],
    ["all of several", two, ["X-Env", "prod", "Accept", "application/json; q=1"], "allow"],
    ["one of several", two, ["X-Env", "prod"], "header_not_allowed"],
  ])("a rule about them allows just those: %s", (_, rules, headers, expected) => {
    expect(verdict(asked(...headers), rules)).toBe(expected);
  });

  test.each<[string[], string]>([
    [[], "allow"],
    [["X-Env", "dev"], "allow"],
    [["X-Env", "prod"], "denied_by_rule"],
    [["x-env", "PROD"], "denied_by_rule"],
    [["X_Env", "prod"], "denied_by_rule"],
    [["X-Env", "dev", "X-Env", "prod"], "denied_by_rule"],
    [["X-Env", "dev, prod"], "denied_by_rule"],
  ])("a rule that denies also denies what might be it: %j", (headers, expected) => {
    const rules = rulesOf(
      { host: "api.example.org" },
      { host: "api.example.org", effect: "deny", headers: [{ name: "x-env", value: "prod" }] },
    );
    expect(verdict(asked(...headers), rules)).toBe(expected);
  });

  test("a pattern means what its stars say, whatever it is and whatever it is held against", () => {
    const part = fc.constantFrom("a", "b", "*", "ab", "");
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.constantFrom("a", "b")), (parts, letters) => {
        const [pattern, text] = [parts.join(""), letters.join("")];
        const meant = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
        expect(fits(pattern, text)).toBe(meant.test(text));
      }),
    );
    expect(fits(`${"*a".repeat(5_000)}b`, "a".repeat(20_000))).toBe(false);
  });

  test.each(["host", "connection", "content-length", "transfer-encoding", "Accept", "x env", ""])(
    "no rule can be about the header %j",
    (name) => {
      expect(() => ruleOf({ host: "a.example", headers: [{ name, value: "x" }] })).toThrow();
    },
  );
});

/** The one decision, by table. What is a host, a path or a header for it is told beside those. */
import { describe, expect, test } from "vitest";
import { type GatewayRule, type GatewayRuleInput, gatewayRuleFields } from "#shared/contract/gateway.ts";
import { request, ruleOf, rulesOf, tunnel, verdict } from "#test/gateway-rules.ts";
import { ruleFrom } from "./rule-store.ts";
import { decide, interceptedHosts, type Question, type Rules } from "./rules.ts";

/** As a bottle's own routes have it. */
const withCredential = (fields: GatewayRuleInput, handle = "a-token", scheme: "Bearer" | "token" = "Bearer") =>
  ruleFrom({ ...gatewayRuleFields.parse(fields), credential: { scheme, handle } }, { type: "always" }, "base");

describe("a host that the broker serves", () => {
  const brokered = [
    { host: "api.example.org", port: 443 },
    { host: "localhost", port: 8080 },
  ];
  const rules = { ...rulesOf({ host: "*.example.org" }, { host: "localhost", ports: [9000] }), brokered };

  test("is not reached past it by a rule about more than just this host, nor waits for an answer", () => {
    for (const question of [tunnel("api.example.org"), tunnel("API.example.org.", 80), request("/v1")]) {
      expect(decide(question, rules)).toMatchObject({ type: "deny", reason: "brokered", canAllow: false });
    }
    expect(verdict({ kind: "name", host: "api.example.org" }, rules)).toBe("brokered");
    expect(verdict(tunnel("localhost", 8080), rules)).toBe("brokered");
  });

  test("is where a person names just this host; and what else is there stays as the rules say", () => {
    const named = { list: [...(rules.list ?? []), ruleOf({ host: "api.example.org" })], brokered };
    expect(verdict(tunnel("api.example.org"), named)).toBe("allow");
    expect(verdict(tunnel("other.example.org"), rules)).toBe("allow");
    expect(verdict(tunnel("localhost", 9000), rules)).toBe("allow");
    expect(verdict(tunnel("localhost", 9001), rules)).toBe("port_not_allowed");
  });
});

describe("ports, effects and failures", () => {
  test.each<[string, Rules, Question, string]>([
    ["443 and 80 without a word about it", rulesOf({ host: "a.example" }), tunnel("a.example", 80), "allow"],
    ["no other", rulesOf({ host: "a.example" }), tunnel("a.example", 22), "port_not_allowed"],
    ["what is said", rulesOf({ host: "a.example", ports: [8443] }), tunnel("a.example", 8443), "allow"],
    ["and only that", rulesOf({ host: "a.example", ports: [8443] }), tunnel("a.example", 443), "port_not_allowed"],
    ["a port that is none", rulesOf({ host: "a.example" }), tunnel("a.example", 0), "malformed"],
    [
      "a deny rule wins over an allow rule",
      rulesOf({ host: "*.a.example" }, { host: "b.a.example", effect: "deny" }),
      tunnel("b.a.example"),
      "denied_by_rule",
    ],
    [
      "and leaves its neighbours",
      rulesOf({ host: "*.a.example" }, { host: "b.a.example", effect: "deny" }),
      tunnel("c.a.example"),
      "allow",
    ],
    [
      "a deny rule allows nothing",
      rulesOf({ host: "a.example", effect: "deny", paths: ["/x"] }),
      tunnel("a.example"),
      "host_not_allowed",
    ],
    ["no rules", rulesOf(), tunnel("a.example"), "host_not_allowed"],
    ["rules that cannot be read", { list: null }, tunnel("a.example"), "not_ready"],
    [
      "a name for the resolver",
      rulesOf({ host: "a.example", ports: [22] }),
      { kind: "name", host: "a.example" },
      "allow",
    ],
    ["a name that is on no rule", rulesOf(), { kind: "name", host: "a.example" }, "host_not_allowed"],
  ])("%s", (_, rules, question, expected) => {
    expect(verdict(question, rules)).toBe(expected);
  });
});

describe("a credential", () => {
  const api = { host: "api.example.org", ports: [443] };
  const asked = (change: object = {}) => ({ ...request("/repos/a"), ...change }) as Question;
  const credential = (question: Question, ...rules: GatewayRule[]) => {
    const decided = decide(question, { list: rules });
    return decided.type === "deny" ? decided.reason : decided.credential;
  };
  const mine = { scheme: "Bearer", handle: "a-token" };

  test.each<[string, Question, GatewayRule[], unknown]>([
    ["is put in where its rule is", asked(), [withCredential(api)], mine],
    [
      "is not put in for another rule of the host",
      asked(),
      [withCredential({ ...api, paths: ["/user"] }), ruleOf(api)],
      null,
    ],
    ["is bound to the path", asked(), [withCredential({ ...api, paths: ["/user"] })], "path_not_allowed"],
    [
      "is bound to the method",
      asked({ method: "POST" }),
      [withCredential({ ...api, methods: ["GET"] })],
      "method_not_allowed",
    ],
    ["is bound to the port", asked({ port: 8443 }), [withCredential(api), ruleOf({ ...api, ports: [8443] })], null],
    [
      "is bound to the host",
      asked({ host: "b.example.org" }),
      [withCredential(api), ruleOf({ host: "*.example.org" })],
      null,
    ],
    [
      "is bound to the headers",
      asked(),
      [withCredential({ ...api, headers: [{ name: "x-a", value: "1" }] }), ruleOf(api)],
      null,
    ],
    ["does not leave without TLS", asked({ tls: false }), [withCredential(api)], "credential_needs_tls"],
    ["is not said again by TRACE", asked({ method: "TRACE" }), [withCredential(api)], "method_not_allowed"],
    [
      "is one, when two rules mean the same",
      asked(),
      [withCredential(api), withCredential({ ...api, paths: ["/repos"] })],
      mine,
    ],
    ["is none of two", asked(), [withCredential(api), withCredential(api, "b-token")], "credential_ambiguous"],
    [
      "is none of two schemes",
      asked(),
      [withCredential(api), withCredential(api, "a-token", "token")],
      "credential_ambiguous",
    ],
    [
      "is not put into what is denied",
      asked(),
      [withCredential(api), ruleOf({ ...api, effect: "deny" })],
      "denied_by_rule",
    ],
    [
      "is not put into a path with two readings",
      asked({ path: "/repos/../user" }),
      [withCredential({ ...api, paths: ["/repos"] })],
      "path_not_allowed",
    ],
  ])("%s", (_, question, rules, expected) => {
    expect(credential(question, ...rules)).toEqual(expected);
  });
});

describe("looking inside", () => {
  const secrets = { detectors: { tokens: "off", secrets: "block", uploads: "off", uploadBytes: 1024 } } as const;
  test.each<[string, Rules, string]>([
    ["is not done for a plain rule", rulesOf({ host: "a.example" }), "allow"],
    ["is done for paths", rulesOf({ host: "a.example", paths: ["/x"] }), "intercept"],
    ["is done for methods", rulesOf({ host: "a.example", methods: ["GET"] }), "intercept"],
    [
      "is done for detectors, whatever else allows it",
      rulesOf({ host: "*.example" }, { host: "a.example", ...secrets }),
      "intercept",
    ],
    [
      "is not needed when another rule allows everything",
      rulesOf({ host: "a.example", paths: ["/x"] }, { host: "a.example" }),
      "allow",
    ],
    [
      "is done for a path that is denied",
      rulesOf({ host: "a.example" }, { host: "a.example", effect: "deny", paths: ["/x"] }),
      "intercept",
    ],
    [
      "is done for a credential",
      { list: [withCredential({ host: "a.example" }), ruleOf({ host: "a.example", anyProtocol: true })] },
      "intercept",
    ],
    ["is done for headers", rulesOf({ host: "a.example", headers: [{ name: "x-a", value: "1" }] }), "intercept"],
    [
      "is done for what comes in",
      rulesOf({ host: "a.example" }, { host: "a.example", detectors: { instructions: "redact" } }),
      "intercept",
    ],
  ])("%s", (_, rules, expected) => {
    expect(verdict(tunnel("a.example"), rules)).toBe(expected);
    const intercepted = interceptedHosts(rules.list!);
    if (expected === "intercept") expect(intercepted).toContain("a.example");
  });

  test("the strictest of what detectors are to do counts", () => {
    const detectors = (tokens: "redact" | "ask", uploadBytes: number) => ({
      tokens,
      secrets: "off" as const,
      uploads: "block" as const,
      uploadBytes,
    });
    const rules = rulesOf(
      { host: "*.example", detectors: detectors("redact", 5000) },
      { host: "a.example", detectors: detectors("ask", 2000) },
    );
    expect(decide(tunnel("a.example"), rules)).toMatchObject({
      detectors: { tokens: "ask", uploads: "block", uploadBytes: 2000 },
    });
  });
});

/** The one decision, by table and against whatever can be written for a host. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type GatewayRule, type GatewayRuleInput, gatewayRuleFields } from "#shared/contract/gateway.ts";
import { fits } from "./header-match.ts";
import { ruleFrom, ruleOfHost } from "./rule-store.ts";
import { decide, interceptedHosts, type Question, type Rules } from "./rules.ts";

type Written = GatewayRuleInput;
const ruleOf = (fields: Written) => ruleFrom(gatewayRuleFields.parse(fields), { type: "always" }, "person");
const rulesOf = (...fields: Written[]): Rules => ({ list: fields.map(ruleOf) });
/** As a bottle's own routes have it. */
const withCredential = (fields: Written, handle = "a-token", scheme: "Bearer" | "token" = "Bearer") =>
  ruleFrom({ ...gatewayRuleFields.parse(fields), credential: { scheme, handle } }, { type: "always" }, "base");
const tunnel = (host: string, port = 443): Question => ({ kind: "tunnel", host, port });
const request = (path: string, method = "GET", host = "api.example.org", port = 443): Question => ({
  kind: "request",
  host,
  port,
  tls: true,
  method,
  path,
  headers: [],
});
/** `allow`, `intercept`, or the reason why not. */
const verdict = (question: Question, rules: Rules) => {
  const decided = decide(question, rules);
  return decided.type === "deny" ? decided.reason : decided.type;
};

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

describe("headers", () => {
  const asked = (...headers: string[]): Question => ({ ...(request("/x") as Question & { kind: "request" }), headers });
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

describe("methods and paths", () => {
  const rules = rulesOf(
    { host: "api.example.org", methods: ["GET"], paths: ["/v1", "/repos/own/"] },
    { host: "api.example.org", methods: ["POST"], paths: ["/v1/upload"] },
  );
  test.each([
    ["GET", "/v1", "allow"],
    ["GET", "/v1?x=/../../etc", "allow"],
    ["GET", "/v1/x", "allow"],
    ["GET", "/v10", "path_not_allowed"],
    ["GET", "/", "path_not_allowed"],
    ["POST", "/v1/upload", "allow"],
    ["POST", "/v1", "path_not_allowed"],
    ["PUT", "/v1", "method_not_allowed"],
    ["get", "/v1", "method_not_allowed"],
    ["GET", "/repos/own/x", "allow"],
    ["GET", "/repos/own", "path_not_allowed"],
    ["GET", "/V1", "path_not_allowed"],
    ["GET", "/%76%31/x", "allow"],
    ["GET", "/v1/../admin", "path_not_allowed"],
    ["GET", "/v1/%2e%2e/admin", "path_not_allowed"],
    ["GET", "/v1/..%2fadmin", "path_not_allowed"],
    ["GET", "/v1/%252e%252e/admin", "path_not_allowed"],
    ["GET", "/v1\\..\\admin", "path_not_allowed"],
    ["GET", "//v1/x", "path_not_allowed"],
    ["GET", "/v1//x", "path_not_allowed"],
    ["GET", "/v1/;/../admin", "path_not_allowed"],
    ["GET", "/v1/%zz", "path_not_allowed"],
    ["GET", "/v1/%00", "path_not_allowed"],
    ["OPTIONS", "*", "path_not_allowed"],
  ])("%s %s: %s", (method, path, expected) => {
    expect(verdict(request(path, method), rules)).toBe(expected);
  });

  test("a denied path is denied in every spelling that might be it", () => {
    const denying = rulesOf(
      { host: "api.example.org" },
      { host: "api.example.org", effect: "deny", paths: ["/admin"] },
    );
    for (const path of ["/admin", "/admin/x", "/%61dmin", "/x/../admin", "//admin", "/./admin", "/x/%2e%2e/admin"]) {
      expect(verdict(request(path), denying)).toBe("denied_by_rule");
    }
    expect(verdict(request("/administrator"), denying)).toBe("allow");
  });

  test("no path that a server could read as one outside is allowed", () => {
    const part = fc.constantFrom(
      "v1",
      "..",
      ".",
      "%2e",
      "%2E%2e",
      "%2f",
      "//",
      "/",
      "\\",
      ";",
      "admin",
      "%5c",
      "%25",
      "?",
      "x",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const path = `/${parts.join("/")}`;
        if (verdict(request(path), rules) !== "allow") return;
        const readings = [path, decodeURIComponent(path)].map(
          (each) => new URL(each.replaceAll("\\", "/"), "http://a.example").pathname,
        );
        for (const reading of readings) expect(reading).toMatch(/^\/v1(\/|$)|^\/repos\/own\//);
      }),
      { numRuns: 3000 },
    );
  });
});

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

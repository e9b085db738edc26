/** The decision by table where a socket cannot show it; the threat table itself is sent over real sockets in test/integration/broker. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decision, decide, type Forward, type RequestHead } from "./decide.ts";
import { gitRoute, mcpRoute, type NewRoute, type Route, routeSchema, upstreamOf } from "./route.ts";
import { beginsWith, parseTarget } from "./target.ts";

const sentinel = "cellar-0123456789abcdefghijklmnopqrstuvwxyz";
const hosts = new Set(["127.0.0.1:4000"]);

function route(more: Partial<NewRoute> = {}): Route {
  return routeSchema.parse({
    key: "llm/x",
    upstream: upstreamOf("https://api.example/base"),
    secret: { handle: "key" },
    credential: [{ from: { header: "x-api-key", prefix: "" }, to: { header: "x-api-key", prefix: "" } }],
    paths: ["/base/v1"],
    ...more,
  });
}

function judge(
  head: Partial<RequestHead> & { headers?: [string, string][] } = {},
  routes: Route[] = [route()],
): Decision {
  const { headers = [["X-Api-Key", sentinel]], ...rest } = head;
  return decide(
    {
      method: "GET",
      target: "/llm/x/v1/a",
      httpVersion: "1.1",
      upgrade: false,
      rawHeaders: [["Host", "127.0.0.1:4000"], ...headers].flat(),
      ...rest,
    },
    { hosts, sentinel, routes },
  );
}

const forwarded = (decision: Decision) => decision as Forward;

test("the upstream's base path comes before what the agent asks for", () => {
  expect(judge({ target: "/llm/x/v1/a?b=1&c" })).toMatchObject({ kind: "forward", path: "/base/v1/a?b=1&c" });
});

test.each([
  ["/mcp/s", "/mcp", true],
  ["/mcp/s/", "/mcp/", true],
  ["/mcp/s/more", "/mcp/more", true],
  ["/mcp/s?session=1", "/mcp?session=1", true],
  ["/mcp/search", null, false],
])("an MCP server's route: %s", (target, path, allowed) => {
  const decision = judge({ target, headers: [["authorization", `bearer ${sentinel}`]] }, [
    mcpRoute("s", "https://mcp.example/mcp", { handle: "key" }),
  ]);
  expect(decision.kind).toBe(allowed ? "forward" : "refuse");
  if (allowed) expect(decision).toMatchObject({ path, place: { header: "authorization", prefix: "Bearer " } });
});

test.each([
  ["/git/git.example/me/mine/info/refs", true],
  ["/git/git.example/me/mine.git/info/refs", true],
  ["/git/git.example/me/mine2/info/refs", false],
  ["/git/git.example/me", false],
])("a git route for one repository: %s", (target, allowed) => {
  const basic = `Basic ${Buffer.from(`u:${sentinel}`).toString("base64")}`;
  const decision = judge({ target, headers: [["Authorization", basic]] }, [
    gitRoute("git.example", { handle: "key" }, { repositories: ["me/mine"] }),
  ]);
  expect(decision.kind).toBe(allowed ? "forward" : "refuse");
});

test("two routes of one key are told apart by method and path, each with its own secret", () => {
  const routes = [
    route({ secret: { handle: "read" }, methods: ["GET"] }),
    route({ secret: { handle: "write" }, methods: ["POST"] }),
  ];
  expect(forwarded(judge({}, routes)).route.secret.handle).toBe("read");
  expect(forwarded(judge({ method: "POST" }, routes)).route.secret.handle).toBe("write");
});

test("a place of one route is no place of another one of the same key", () => {
  const bearer = { header: "authorization", prefix: "Bearer " };
  const routes = [
    route({ methods: ["GET"] }),
    route({ methods: ["POST"], credential: [{ from: bearer, to: bearer }] }),
  ];
  const headers: [string, string][] = [["Authorization", `Bearer ${sentinel}`]];
  expect(judge({ headers }, routes)).toMatchObject({ kind: "refuse", reason: "sentinel wrong" });
  expect(judge({ headers, method: "POST" }, routes).kind).toBe("forward");
});

test("an own origin and an own page may ask", () => {
  const more: [string, string][] = [
    ["Origin", "http://127.0.0.1:4000"],
    ["Sec-Fetch-Site", "same-origin"],
  ];
  expect(judge({ headers: [["X-Api-Key", sentinel], ...more] }).kind).toBe("forward");
});

test("whatever a client sends, nothing but one request for one allowed path goes out, without the token", () => {
  const token = fc.constantFrom(sentinel, `Bearer ${sentinel}`, "other", "");
  const name = fc.constantFrom(
    "X-Api-Key",
    "authorization",
    "Cookie",
    "Connection",
    "Host",
    "TE",
    "Content-Length",
    "Transfer-Encoding",
    "X-Own",
    "x_api_key",
  );
  const value = fc.oneof(
    token,
    fc.constantFrom("x-own", "5", "chunked", "127.0.0.1:4000"),
    fc.string({ maxLength: 8 }),
  );
  const segment = fc.oneof(
    fc.constantFrom("v1", "..", ".", "%2e%2e", "%2F", "", "a", "v1%5c", "%00", sentinel, "%61"),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 5 }),
      fc.array(segment, { maxLength: 5 }),
      (headers, segments) => {
        const target = ["/llm/x", ...segments].join("/");
        const decision = judge({ headers: [["X-Api-Key", sentinel], ...headers], target });
        if (decision.kind !== "forward") return;
        const { pathname, origin } = new URL(decision.path, "https://api.example");
        expect(origin).toBe("https://api.example");
        // What any reader makes of the path is what was compared.
        expect(decodeURIComponent(pathname)).toMatch(/^\/base\/v1(\/|$)/);
        const text = JSON.stringify([decision.path, decision.headers]);
        expect(text).not.toContain(sentinel);
        for (const [own] of decision.headers) {
          expect([
            "x-api-key",
            "x_api_key",
            "authorization",
            "cookie",
            "connection",
            "host",
            "te",
            "content-length",
            "transfer-encoding",
          ]).not.toContain(own.toLowerCase());
        }
      },
    ),
    { numRuns: 3000 },
  );
});

describe("targets", () => {
  test.each([
    ["/llm/x", { key: "llm/x", rest: "", query: [] }],
    ["/llm/x/", { key: "llm/x", rest: "/", query: [] }],
    [
      "/llm/x/v1beta/models/gemini-2.5-pro:generateContent?alt=sse",
      { key: "llm/x", rest: "/v1beta/models/gemini-2.5-pro:generateContent", query: ["alt=sse"] },
    ],
    ["/llm/x/a%20b/%C3%BC", { key: "llm/x", rest: "/a%20b/%C3%BC", query: [] }],
    ["/x", { key: "x/", rest: "", query: [] }],
    ["/llm/x?a=%2F..%2F", { key: "llm/x", rest: "", query: ["a=%2F..%2F"] }],
  ])("%s is read", (target, expected) => {
    expect(parseTarget(target)).toEqual(expected);
  });

  test.each([
    "",
    "x",
    "*",
    "http://a/b",
    "//a/b",
    "/a//b",
    "/a/./b",
    "/a/..",
    "/a/%2E%2E/b",
    "/a/b%2Fc",
    "/a/%25",
    "/a/%",
    "/a/%1",
    "/a/%zz",
    "/a b",
    "/a\\b",
    "/a/%61",
    "/a/%7Fb",
    "/a/%c0%af",
    "/a/%e0%80%af",
    "/a?%0a",
    "/a#",
  ])("%j is refused", (target) => {
    expect(parseTarget(target)).toHaveProperty("why");
  });

  test.each([
    ["/v1", "/v1", true],
    ["/v1/a", "/v1", true],
    ["/v10", "/v1", false],
    ["/v1", "/v1/", false],
    ["/v1/a", "/v1/", true],
    ["/V1/a", "/v1", false],
    ["/anything", "/", true],
  ])("%s begins with %s: %s", (path, prefix, expected) => {
    expect(beginsWith(path, prefix)).toBe(expected);
  });
});

test.each([
  "ftp://a.example",
  "https://user@a.example",
  "https://user:pass@a.example",
  "https://a.example?x",
  "https://a.example#x",
  "https://0x7f.1",
  "https://a.example:99999",
  "https://a.example/../b",
  "https://a_b.example\\c",
  "//a.example",
  "",
])("%j is no upstream", (address) => {
  expect(() => {
    const upstream = upstreamOf(address);
    // A path with dots is a path to the schema; a request to it is refused when it is made.
    if (Object.hasOwn(parseTarget(upstream.path || "/"), "why")) throw new Error("bad path");
  }).toThrow();
});

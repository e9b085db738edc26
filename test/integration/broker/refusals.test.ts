/** The broker's threat table: each row is sent over a real socket, is refused, and reaches no upstream. */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BrokerListener } from "#main/broker/index.ts";
import { sent, Upstream } from "#test/doubles/upstream.ts";
import { ask, asking, Fixture, raw, realKey, route, statusOf } from "./fixture.ts";

let upstream: Upstream;
let fixture: Fixture;
let listener: BrokerListener;
let host: string;
let token: string;

beforeAll(async () => {
  upstream = await Upstream.start();
  fixture = new Fixture({ timing: { headMs: 300 } });
  listener = await fixture.open([
    route(upstream.port, { paths: ["/v1"] }),
    route(upstream.port, { key: "mcp/twice" }),
    route(upstream.port, { key: "mcp/twice", methods: ["POST"] }),
    route(upstream.port, { key: "mcp/get", methods: ["GET"] }),
  ]);
  const { address } = listener;
  if (!("port" in address)) throw new Error("not on loopback");
  host = `127.0.0.1:${address.port}`;
  token = listener.sentinel;
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** A request that would pass, with some lines replaced. */
const good = ({
  line = "GET /llm/test/v1/models HTTP/1.1",
  hostLine = `Host: ${host}`,
  auth = `X-Api-Key: ${token}`,
  more = "",
  body = "",
} = {}) =>
  [line, hostLine, auth, "Connection: close", ...(more === "" ? [] : [more]), "", body]
    .filter((part, index) => part !== "" || index > 3)
    .join("\r\n");

test("the request that all rows are made of passes", async () => {
  const before = upstream.asked.length;
  expect(statusOf(await raw(listener, good()))).toBe(200);
  expect(upstream.asked.length).toBe(before + 1);
  expect(sent(upstream.asked.at(-1), "x-api-key")).toEqual([realKey]);
});

const rows: [name: string, status: number | null, request: () => string][] = [
  ["another host", 403, () => good({ hostLine: "Host: evil.example" })],
  ["loopback with another port", 403, () => good({ hostLine: "Host: 127.0.0.1:1" })],
  [
    "a name that points to loopback (DNS rebinding)",
    403,
    () => good({ hostLine: `Host: rebind.example:${host.split(":")[1]}` }),
  ],
  ["no host", 400, () => good({ hostLine: "X-Host: a" })],
  ["two hosts", 400, () => good({ more: "Host: evil.example" })],
  ["another origin", 403, () => good({ more: "Origin: https://evil.example" })],
  ["the origin null", 403, () => good({ more: "Origin: null" })],
  ["our origin and another one", 400, () => good({ more: `Origin: http://${host}\r\nOrigin: https://evil.example` })],
  ["a page of another site", 403, () => good({ more: "Sec-Fetch-Site: cross-site" })],
  ["no token", 403, () => good({ auth: "X-Nothing: 1" })],
  ["an empty token", 403, () => good({ auth: "X-Api-Key:" })],
  ["a wrong token", 403, () => good({ auth: `X-Api-Key: ${token.slice(0, -1)}` })],
  ["a token in the wrong case", 403, () => good({ auth: `X-Api-Key: ${token.toUpperCase()}` })],
  ["the fixed token of earlier brokers", 403, () => good({ auth: "X-Api-Key: avp-vault-managed" })],
  ["a token twice", 403, () => good({ more: `X-Api-Key: ${token}` })],
  ["a right and a wrong token", 403, () => good({ more: "X-Api-Key: other" })],
  ["a token in two places", 403, () => good({ more: `Authorization: Bearer ${token}` })],
  ["two tokens in one header", 403, () => good({ auth: `X-Api-Key: ${token}, ${token}` })],
  ["the token in a header that passes", 403, () => good({ more: `X-Trace: ${token}` })],
  ["the token in the path", 403, () => good({ line: `GET /llm/test/v1/${token} HTTP/1.1` })],
  ["the token in the query", 403, () => good({ line: `GET /llm/test/v1/x?a=${token} HTTP/1.1` })],
  ["an unknown route", 404, () => good({ line: "GET /llm/other/v1/models HTTP/1.1" })],
  ["a route in another case", 404, () => good({ line: "GET /LLM/test/v1/models HTTP/1.1" })],
  ["a path outside the route", 403, () => good({ line: "GET /llm/test/admin HTTP/1.1" })],
  ["a path that only begins alike", 403, () => good({ line: "GET /llm/test/v10 HTTP/1.1" })],
  ["a method the route has not", 405, () => good({ line: "DELETE /mcp/get/x HTTP/1.1" })],
  ["a method nobody allows", 405, () => good({ line: "TRACE /llm/test/v1/models HTTP/1.1" })],
  ["two routes that match", 403, () => good({ line: "POST /mcp/twice/x HTTP/1.1", more: "Content-Length: 0" })],
  ["dot segments", 400, () => good({ line: "GET /llm/test/v1/../admin HTTP/1.1" })],
  ["encoded dot segments", 400, () => good({ line: "GET /llm/test/v1/%2e%2e/admin HTTP/1.1" })],
  ["dot segments with a parameter", 400, () => good({ line: "GET /llm/test/v1/..;a/admin HTTP/1.1" })],
  ["an encoded slash", 400, () => good({ line: "GET /llm/test/v1%2fx HTTP/1.1" })],
  ["double encoding", 400, () => good({ line: "GET /llm/test/v1/%252e%252e/x HTTP/1.1" })],
  ["a backslash", 400, () => good({ line: "GET /llm/test/v1\\..\\admin HTTP/1.1" })],
  ["an encoded backslash", 400, () => good({ line: "GET /llm/test/v1/%5c..%5cadmin HTTP/1.1" })],
  ["an encoded NUL", 400, () => good({ line: "GET /llm/test/v1/a%00.json HTTP/1.1" })],
  ["an encoded line end in the path", 400, () => good({ line: "GET /llm/test/v1/a%0d%0aX-A:%20b HTTP/1.1" })],
  ["an empty segment", 400, () => good({ line: "GET //evil.example/llm/test/v1 HTTP/1.1" })],
  ["a fragment", 400, () => good({ line: "GET /llm/test/v1#x HTTP/1.1" })],
  ["overlong UTF-8", 400, () => good({ line: "GET /llm/test/v1/%c0%ae%c0%ae/x HTTP/1.1" })],
  ["bytes beyond ASCII in the path", 400, () => good({ line: "GET /llm/test/v1/\xe9 HTTP/1.1" })],
  ["an endless path", 414, () => good({ line: `GET /llm/test/v1/${"a".repeat(9000)} HTTP/1.1` })],
  ["absolute form", 400, () => good({ line: `GET http://${host}/llm/test/v1/models HTTP/1.1` })],
  ["absolute form to another host", 400, () => good({ line: "GET http://169.254.169.254/latest HTTP/1.1" })],
  ["authority form", 400, () => good({ line: "CONNECT evil.example:443 HTTP/1.1" })],
  ["asterisk form", 400, () => good({ line: "OPTIONS * HTTP/1.1" })],
  ["HTTP/1.0", 505, () => good({ line: "GET /llm/test/v1/models HTTP/1.0" })],
  ["HTTP/0.9", 505, () => "GET /llm/test/v1/models\r\n\r\n"],
  ["HTTP/2 without asking", 400, () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  [
    "a length and chunks",
    400,
    () =>
      good({
        line: "POST /llm/test/v1/x HTTP/1.1",
        more: "Content-Length: 5\r\nTransfer-Encoding: chunked",
        body: "0\r\n\r\n",
      }),
  ],
  [
    "two lengths",
    400,
    () => good({ line: "POST /llm/test/v1/x HTTP/1.1", more: "Content-Length: 1\r\nContent-Length: 2", body: "ab" }),
  ],
  [
    "the same length twice",
    400,
    () => good({ line: "POST /llm/test/v1/x HTTP/1.1", more: "Content-Length: 1\r\nContent-Length: 1", body: "a" }),
  ],
  [
    "a list of lengths",
    400,
    () => good({ line: "POST /llm/test/v1/x HTTP/1.1", more: "Content-Length: 1, 1", body: "a" }),
  ],
  ["a signed length", 400, () => good({ line: "POST /llm/test/v1/x HTTP/1.1", more: "Content-Length: +1", body: "a" })],
  [
    "another transfer encoding",
    400,
    () => good({ line: "POST /llm/test/v1/x HTTP/1.1", more: "Transfer-Encoding: gzip, chunked", body: "0\r\n\r\n" }),
  ],
  [
    "a transfer encoding that is none",
    400,
    () => good({ line: "POST /llm/test/v1/x HTTP/1.1", more: "Transfer-Encoding: xchunked", body: "0\r\n\r\n" }),
  ],
  [
    "two transfer encodings",
    400,
    () =>
      good({
        line: "POST /llm/test/v1/x HTTP/1.1",
        more: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        body: "0\r\n\r\n",
      }),
  ],
  ["a folded header", 400, () => good({ more: "X-A: b\r\n c" })],
  ["a bare line feed between headers", 400, () => good({ more: "X-A: b\nX-Api-Key: c" })],
  ["a bare carriage return in a header", 400, () => good({ more: "X-A: b\rX-Api-Key: c" })],
  ["a NUL in a header", 400, () => good({ more: "X-A: b\0c" })],
  ["a space before the colon", 400, () => good({ more: "Content-Length : 5" })],
  ["a header without a name", 400, () => good({ more: ": a" })],
  ["a header that asks for another method", 400, () => good({ more: "X-HTTP-Method-Override: DELETE" })],
  ["a header that asks for another path", 400, () => good({ more: "X_Original_URL: /admin" })],
  [
    "a connection header that takes the length away",
    400,
    () =>
      good({
        line: "POST /llm/test/v1/x HTTP/1.1",
        more: "Content-Length: 1\r\nConnection: content-length",
        body: "a",
      }),
  ],
  ["headers that are too large", 431, () => good({ more: `X-A: ${"a".repeat(40_000)}` })],
  [
    "too many headers",
    431,
    () => good({ more: Array.from({ length: 200 }, (_, index) => `X-${index}: 1`).join("\r\n") }),
  ],
  [
    "an upgrade to HTTP/2",
    400,
    // As well-formed as one to a WebSocket.
    () =>
      good({
        more: "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      }),
  ],
  ["half an upgrade", 400, () => good({ more: "Upgrade: websocket" })],
  [
    "a WebSocket where the route has none",
    403,
    () =>
      good({
        more: "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      }),
  ],
  [
    "a WebSocket with a body",
    400,
    () =>
      good({
        more: "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 3\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        body: "abc",
      }),
  ],
  ["an expectation nobody knows", 417, () => good({ more: "Expect: 200-maybe" })],
  ["a head that never ends (slow client)", 408, () => `GET /llm/test/v1/models HTTP/1.1\r\nHost: ${host}\r\nX-A: `],
];

test.each(rows)("%s is refused with %s", async (_, status, request) => {
  const before = upstream.asked.length;
  const refused = listener.counters.refused;
  const text = await raw(listener, request());
  expect(statusOf(text)).toBe(status);
  expect(text).not.toContain(realKey);
  expect(text).not.toContain(token);
  expect(upstream.asked.length).toBe(before);
  // Node itself answers a request without a host.
  if (!text.startsWith("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"))
    expect(listener.counters.refused).toBe(refused + 1);
});

test.each([
  ["a bare line feed", "5\nhello\r\n0\r\n\r\n"],
  ["a size that is none", "0x5\r\nhello\r\n0\r\n\r\n"],
  ["more bytes than said", "5\r\nhellooo\r\n0\r\n\r\n"],
])("a chunk with %s ends the request, and the upstream never sees it whole", async (_, body) => {
  const before = upstream.asked.length;
  const head = good({ line: "POST /llm/test/v1/x HTTP/1.1", more: "Transfer-Encoding: chunked" });
  expect(await raw(listener, head + body)).toBe("");
  for (const asked of upstream.asked.slice(before)) expect(await asked.whole).toBe(false);
});

test("the token of another run is refused", async () => {
  const other = await fixture.open([route(upstream.port)], { owner: { kind: "run", id: "r-2" } });
  expect(other.sentinel).not.toBe(token);
  expect((await ask(listener, "/llm/test/v1/models", { headers: asking(other) })).status).toBe(403);
  expect((await ask(other, "/llm/test/v1/models", { headers: asking(listener) })).status).toBe(403);
  expect((await ask(other, "/llm/test/v1/models", { headers: asking(other) })).status).toBe(200);
  await other.close();
});

test("a request smuggled behind another one is judged by itself", async () => {
  const before = upstream.asked.length;
  const first = `POST /llm/test/v1/x HTTP/1.1\r\nHost: ${host}\r\nX-Api-Key: ${token}\r\nContent-Length: 3\r\n\r\nabc`;
  const second = `GET /llm/test/v1/y HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  const text = await raw(listener, first + second);
  expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 403"]);
  expect(upstream.asked.slice(before).map(({ url }) => url)).toEqual(["/v1/x"]);
});

test("a token shown anywhere never reaches an upstream, nor any other credential of the client", async () => {
  const headers = {
    Authorization: "Bearer mine",
    "X-Api-Key": token,
    "x-goog-api-key": "mine",
    api_key: "mine",
    Cookie: "session=mine",
    "Proxy-Authorization": "Basic bWluZQ==",
    "X-Forwarded-For": "1.2.3.4",
    Forwarded: "for=1.2.3.4",
    Connection: "x-hop, close",
    "X-Hop": "mine",
    TE: "trailers",
    Referer: "http://mine.example/",
    "Accept-Encoding": "gzip",
    "X-Kept": "kept",
  };
  await ask(listener, "/llm/test/v1/models?access_token=mine&api_key=mine&page=2", { headers });
  const asked = upstream.asked.at(-1)!;
  expect(asked.url).toBe("/v1/models?page=2");
  expect(asked.rawHeaders.join("\n")).not.toMatch(/mine|1\.2\.3\.4/);
  expect(asked.rawHeaders.join("\n")).not.toContain(token);
  expect(sent(asked, "host")).toEqual([`127.0.0.1:${upstream.port}`]);
  expect(sent(asked, "accept-encoding")).toEqual(["identity"]);
  expect(sent(asked, "connection")).toEqual(["keep-alive"]);
  expect(sent(asked, "x-kept")).toEqual(["kept"]);
  expect(sent(asked, "x-api-key")).toEqual([realKey]);
});

test("the token may stand where the provider's other clients put it, and the real one goes where the provider wants it", async () => {
  const answer = await ask(listener, "/llm/test/v1/models", { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  expect(sent(upstream.asked.at(-1), "authorization")).toEqual([]);
  expect(sent(upstream.asked.at(-1), "x-api-key")).toEqual([realKey]);
});

test("health needs no token, but the right host", async () => {
  expect(await ask(listener, "/health")).toMatchObject({ status: 200, body: "ok" });
  expect((await ask(listener, "/health", { headers: { host: "evil.example" } })).status).toBe(403);
  expect((await ask(listener, "/health", { headers: { origin: "https://evil.example" } })).status).toBe(403);
});

test("only loopback is listened on", async () => {
  const { address } = listener;
  const refused = await new Promise((resolve) => {
    const socket = connect((address as { port: number }).port, "127.0.0.2");
    socket.once("error", () => resolve(true));
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
  });
  expect(refused).toBe(true);
});

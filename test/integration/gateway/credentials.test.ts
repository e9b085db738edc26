/** Routes with a credential of their own: put in on the way out, bound to its route, and in no answer. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectTls } from "node:tls";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { bottleId, type Ran, World, type WrittenRule } from "#test/gateway-world.ts";

let world: World;
afterEach(() => world?.[Symbol.asyncDispose]());

const value = 'the-real/"one"+of=us';
const credential = { scheme: "Bearer", handle: "api_token" } as const;
type Asked = { url: string; method: string; headers: IncomingMessage["headers"]; raw: string[] };

/** An API of which the bottle has a credential, on any port; `vault` may change its mind. */
async function api(
  narrowed: Partial<WrittenRule> = {},
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end("served"),
) {
  const vault: { value: string | Failure } = { value };
  const uses: string[] = [];
  world = await World.open([]);
  const asked: Asked[] = [];
  const { port, server } = await world.https("api.example.org", (request, response) => {
    asked.push({ url: request.url!, method: request.method!, headers: request.headers, raw: request.rawHeaders });
    answer(request, response);
  });
  await world.gateways.close(bottleId);
  await world.openBottle(
    [{ host: "api.example.org", ports: [port], credential, privateAddresses: true, ...narrowed }],
    {
      secretOf: async (handle) => {
        uses.push(handle);
        if (vault.value instanceof Failure) throw vault.value;
        return new Secret(vault.value);
      },
    },
  );
  const url = `https://api.example.org:${port}`;
  const curl = (path: string, ...args: string[]): Promise<Ran> =>
    world.run("curl", ["-sSi", ...args, `${url}${path}`], { CURL_CA_BUNDLE: world.trustBundle });
  return { vault, uses, asked, port, server, url, curl };
}
const last = (ran: Ran) => ran.out.slice(ran.out.lastIndexOf("HTTP/1.1 "));
const everywhere = (ran: Ran) => `${JSON.stringify(world.decisions())}${ran.out}${ran.err}`;

test("the program shows none, or its own, and the real one arrives, alone", async () => {
  const { asked, curl, uses } = await api();
  const own = [
    ["Authorization", "Bearer its-own"],
    ["authorization", "Basic aXRzOm93bg=="],
    ["X-Api-Key", "its-own"],
    ["x_api_key", "its-own"],
    ["Cookie", "session=its-own"],
    ["Proxy-Authorization", "its-own"],
  ].flatMap(([name, text]) => ["-H", `${name}: ${text}`]);
  expect((await curl("/repos?access_token=its-own&page=2")).out).toContain("served");
  const ran = await curl("/repos?page=2", ...own, "-H", "X-Kept: yes", "-d", "body");
  expect(ran.out).toContain("served");
  expect(asked.map(({ url, method }) => [method, url])).toEqual([
    ["GET", "/repos?page=2"],
    ["POST", "/repos?page=2"],
  ]);
  for (const { raw } of asked) {
    expect(raw.filter((_, at) => raw[at - 1]?.toLowerCase() === "authorization")).toEqual([`Bearer ${value}`]);
    expect(raw.join()).not.toMatch(/its-own|aXRzOm93bg/);
  }
  expect(asked[1]!.headers).toMatchObject({ "x-kept": "yes", "accept-encoding": "identity" });
  expect(uses).toEqual(["api_token", "api_token"]);
  expect(everywhere(ran)).not.toContain("the-real");
  expect(world.decisions().find(({ method }) => method === "POST")?.detail).toBe("With api_token of the vault put in");
});

test("a scheme is written as the manifest says it", async () => {
  const { asked, curl } = await api({ credential: { scheme: "token", handle: "api_token" } });
  await curl("/");
  expect(asked[0]!.headers.authorization).toBe(`token ${value}`);
});

test.each<[string, string, string[], string]>([
  ["another path", "/user", [], "path_not_allowed"],
  ["another method", "/repos", ["-X", "DELETE"], "method_not_allowed"],
  ["a method that repeats the request", "/repos", ["-X", "TRACE"], "method_not_allowed"],
  ["a path that can be read in two ways", "/repos/%2e%2e/user", ["--path-as-is"], "path_not_allowed"],
  ["without the header it asks for", "/repos", ["-H", "X-Team;"], "header_not_allowed"],
  ["with a header that names another method", "/repos", ["-H", "X-HTTP-Method-Override: DELETE"], "malformed"],
  ["with a header that names another path", "/repos", ["-H", "X_Original_URL: /user"], "malformed"],
])("it is bound to its route, and nothing is asked of the vault: %s", async (_, path, args, reason) => {
  const { asked, curl, uses } = await api({
    paths: ["/repos"],
    methods: reason === "method_not_allowed" && args.includes("TRACE") ? [] : ["GET", "POST"],
    headers: reason === "header_not_allowed" ? [{ name: "x-team", value: "a" }] : [],
  });
  expect(last(await curl(path, ...args))).toContain(`reason=${reason}`);
  expect(asked).toEqual([]);
  expect(uses).toEqual([]);
});

test("without TLS nothing leaves: neither plain through the proxy nor in a tunnel", async () => {
  world = await World.open([]);
  const seen: (string | undefined)[] = [];
  const { port } = await world.http((request, response) =>
    response.end(String(seen.push(request.headers.authorization))),
  );
  world.names.set("api.example.org", "127.0.0.1");
  await world.gateways.close(bottleId);
  await world.openBottle([{ host: "api.example.org", ports: [port], credential, privateAddresses: true }], {
    secretOf: async () => new Secret(value),
  });
  const url = `http://api.example.org:${port}/`;
  for (const args of [
    ["-sSi", url],
    ["-sSi", "--proxytunnel", url],
  ]) {
    const { out } = await world.run("curl", args);
    expect(out).toContain("reason=credential_needs_tls");
  }
  expect(seen).toEqual([]);
});

test.each<[string, string | Failure, RegExp]>([
  ["a locked vault", new Failure("unavailable", "the vault is locked", { hint: "Unlock it." }), /the vault is locked/],
  ["a handle that is gone", new Failure("not_found", "vault handle 'api_token' not found"), /'api_token' not found/],
  ["a value that is no header", "the-real\r\none", /cannot stand in a header/],
])("%s is said to the program, and the request does not leave without it", async (_, given, why) => {
  const { asked, curl, vault } = await api();
  vault.value = given;
  const ran = await curl("/repos");
  expect(last(ran)).toMatch(/^HTTP\/1\.1 503[\s\S]*reason=credential_missing/);
  expect(ran.out).toMatch(why);
  expect(everywhere(ran)).not.toContain("the-real");
  expect(asked).toEqual([]);
  vault.value = value;
  expect((await curl("/repos")).out).toContain("served");
});

test("two that could be meant are none", async () => {
  const { asked, uses, port } = await api();
  await world.gateways.close(bottleId);
  const rule = { host: "api.example.org", ports: [port], privateAddresses: true };
  await world.openBottle([
    { ...rule, credential },
    { ...rule, paths: ["/repos"], credential: { scheme: "Bearer", handle: "other" } },
  ]);
  const { out } = await world.run("curl", ["-sSi", `https://api.example.org:${port}/repos`], {
    CURL_CA_BUNDLE: world.trustBundle,
  });
  expect(out).toContain("reason=credential_ambiguous");
  expect([asked, uses]).toEqual([[], []]);
});

test("a redirect is the program's to follow, and the credential does not go along", async () => {
  const others: IncomingMessage["headers"][] = [];
  const { curl } = await api({}, (_, response) => {
    response.writeHead(302, { Location: `https://other.example.org:${other.port}/take` }).end();
  });
  const other = await world.https("other.example.org", (request, response) => {
    others.push(request.headers);
    response.end("taken");
  });
  world.allow("other.example.org", other.port, { methods: ["GET"] });
  await world.gateways.trusted(bottleId);
  expect((await curl("/repos")).out).toContain("302");
  expect(others).toEqual([]);
  expect((await curl("/repos", "-L")).out).toContain("taken");
  expect(others.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test.each<[name: string, answer: (response: ServerResponse) => void]>([
  ["as it is", (response) => response.end(`you said ${value}.`)],
  ["as JSON", (response) => response.end(JSON.stringify({ headers: { authorization: `Bearer ${value}` } }))],
  ["as base64", (response) => response.end(Buffer.from(`Bearer ${value}`).toString("base64"))],
  ["escaped for addresses", (response) => response.end(encodeURIComponent(value))],
  [
    "in pieces",
    (response) => {
      for (const letter of `you said ${value}.`) response.write(letter);
      response.end();
    },
  ],
  [
    "in several events",
    (response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      for (const part of value.match(/.{1,4}/g)!)
        response.write(`data: ${JSON.stringify({ delta: { text: part } })}\n\n`);
      response.end();
    },
  ],
  [
    "compressed",
    (response) => response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(`you said ${value}`)),
  ],
  [
    "compressed twice",
    (response) =>
      response
        .writeHead(200, { "Content-Encoding": "gzip, br" })
        .end(brotliCompressSync(gzipSync(`you said ${value}`))),
  ],
  ["in the words of the status", (response) => response.writeHead(400, `Bad ${value}`).end("x")],
  ["in a header", (response) => response.writeHead(200, { "X-You-Said": `Bearer ${value}` }).end("x")],
  ["as a header's name", (response) => response.writeHead(200, { "the-real-one-of-us": "x" }).end("x")],
  ["as a cookie", (response) => response.writeHead(200, { "Set-Cookie": `t=${value}` }).end("x")],
  ["as a redirect", (response) => response.writeHead(302, { Location: `/?t=${encodeURIComponent(value)}` }).end()],
])("what the host says again of it does not come back: %s", async (name, answer) => {
  const { curl, asked } = await api({}, (_request, response) => answer(response));
  const ran = await curl("/repos");
  expect(asked.length).toBe(1);
  expect(ran.code).toBe(0);
  for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) {
    expect(everywhere(ran)).not.toContain(form);
  }
  const texts = [...ran.out.matchAll(/"text":("[^\r\n]*?[^\\]")/g)].map(([, text]) => JSON.parse(text!)).join("");
  if (name === "in several events") expect(texts).toMatch(/^\*+$/);
  if (/as it is|pieces|compressed/.test(name)) expect(ran.out).toContain("you said [redacted]");
  expect(ran.out).not.toContain(Buffer.from(value).toString("base64").slice(4, 16));
});

test("an answer in a coding that cannot be undone does not come back", async () => {
  const { curl } = await api({}, (_, response) => response.writeHead(200, { "Content-Encoding": "secret" }).end(value));
  const ran = await curl("/repos");
  expect(last(ran)).toContain("reason=detected");
  expect(everywhere(ran)).not.toContain("the-real");
});

test("an answer comes as it is sent, not when it is over", async () => {
  let more: () => void = () => {};
  const { port } = await api({}, (_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("data: one\n\n");
    more = () => response.end("data: two\n\n");
  });
  const tunnel = await world.tunnel(`api.example.org:${port}`);
  const secured = connectTls({
    socket: tunnel,
    servername: "api.example.org",
    ca: readFileSync(world.trustBundle, "utf8"),
  });
  secured.write(`GET /repos HTTP/1.1\r\nHost: api.example.org:${port}\r\nConnection: close\r\n\r\n`);
  let said = "";
  secured.on("data", (chunk) => (said += chunk));
  while (!said.includes("data: one")) await once(secured, "data");
  more();
  while (!said.includes("data: two")) await once(secured, "data");
});

test("a WebSocket is opened with it, and what it says again is blotted out", async () => {
  const { port, server } = await api();
  const seen: IncomingMessage["headers"][] = [];
  new WebSocketServer({ server, perMessageDeflate: true }).on("connection", (socket, request) => {
    seen.push(request.headers);
    socket.on("message", (data) => socket.send(`${data} ${request.headers.authorization}`));
  });
  const tunnel = await world.tunnel(`api.example.org:${port}`);
  const ca = readFileSync(world.trustBundle, "utf8");
  const secured = connectTls({ socket: tunnel, servername: "api.example.org", ca });
  await once(secured, "secureConnect");
  const client = new WebSocket(`ws://api.example.org:${port}/chat`, {
    createConnection: () => secured as never,
    headers: { Authorization: "Bearer its-own" },
  });
  await once(client, "open");
  client.send("hello");
  expect(String((await once(client, "message"))[0])).toBe(`hello Bearer ${"*".repeat(value.length)}`);
  expect(seen).toMatchObject([{ authorization: `Bearer ${value}` }]);
  client.close();
  await once(client, "close");
});

test("after a restart of main it is put in again, from the vault as it is then", async () => {
  const { asked, port } = await api();
  world.stop();
  world.start();
  await world.openBottle([{ host: "api.example.org", ports: [port], credential, privateAddresses: true }], {
    secretOf: async () => new Secret("the-next-one"),
  });
  await world.run("curl", ["-sS", `https://api.example.org:${port}/`], { CURL_CA_BUNDLE: world.trustBundle });
  expect(asked.at(-1)?.headers.authorization).toBe("Bearer the-next-one");
  // The rules that are kept and shown name it, and have no value.
  expect(JSON.stringify(world.gateways.rules.values())).toContain('"handle":"api_token"');
});

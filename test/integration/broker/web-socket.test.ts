/** A WebSocket through the broker: real client, real server, the token replaced, an echoed secret unreadable. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Upstream } from "#test/doubles/upstream.ts";
import { answerOf, asking, Fixture, logged, raw, realKey, route } from "./fixture.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function between(port: number) {
  const fixture = new Fixture();
  open.push(fixture);
  const listener = await fixture.open([route(port, { webSocket: true, provider: "openai" })]);
  const { port: own } = listener.address as { port: number };
  return { listener, url: `ws://127.0.0.1:${own}/llm/test/v1/realtime?model=m` };
}

async function echoing() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true });
  await once(server, "listening");
  open.push({ [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())) });
  const heads: Record<string, unknown>[] = [];
  server.on("connection", (socket, request) => {
    heads.push({ ...request.headers, url: request.url });
    socket.on("message", (data, binary) => socket.send(data, { binary }));
  });
  return { port: (server.address() as AddressInfo).port, heads, server };
}

test("text and bytes come back, in both sizes of frames, until the client closes", async () => {
  const { port, heads } = await echoing();
  const { listener, url } = await between(port);
  const client = new WebSocket(url, { headers: asking(listener) });
  await once(client, "open");
  for (const message of ["hello", "x".repeat(200_000)]) {
    client.send(message);
    const [data] = await once(client, "message");
    expect(String(data)).toBe(message);
  }
  expect(heads[0]).toMatchObject({ "x-api-key": realKey, url: "/v1/realtime?model=m", host: `127.0.0.1:${port}` });
  expect(heads[0]).not.toHaveProperty("sec-websocket-extensions");
  expect(JSON.stringify(heads)).not.toContain(listener.sentinel);
  client.close(1000);
  const [code] = await once(client, "close");
  expect(code).toBe(1000);
  await logged(listener, 1);
  expect(listener.requests.values()[0]).toMatchObject({
    status: 101,
    decision: "forwarded",
    path: "/llm/test/v1/realtime",
  });
  // Nothing told what it used, and that is said.
  expect(listener.totals).toMatchObject({ answers: 1, withoutUsage: 1 });
});

test("a secret that comes back in a frame is stars of the same length", async () => {
  const { port } = await echoing();
  const { listener, url } = await between(port);
  const client = new WebSocket(url, { headers: asking(listener) });
  await once(client, "open");
  client.send(`key ${realKey}!`);
  const [data] = await once(client, "message");
  expect(String(data)).toBe(`key ${"*".repeat(realKey.length)}!`);
  client.terminate();
});

test("a secret that comes back in several messages is stars there, and a message that ends like its beginning does not wait", async () => {
  const { port } = await echoing();
  const { listener, url } = await between(port);
  const client = new WebSocket(url, { headers: asking(listener) });
  await once(client, "open");
  const said = async (message: string) => {
    client.send(message);
    return String((await once(client, "message"))[0]);
  };
  expect(await said(`yes, ${realKey[0]}`)).toBe(`yes, ${realKey[0]}`);
  const delta = (text: string) => JSON.stringify({ type: "response.output_text.delta", item_id: "i", delta: text });
  const messages: string[] = [];
  client.on("message", (data) => messages.push(String(data)));
  for (const part of [realKey.slice(0, 6), realKey.slice(6, 9), realKey.slice(9)]) client.send(delta(part));
  while (messages.length < 3) await once(client, "message");
  expect(messages).toEqual([6, 3, realKey.length - 9].map((size) => delta("*".repeat(size))));
  client.terminate();
});

test("a server that ends the connection ends it for the client", async () => {
  const { port, server } = await echoing();
  const { listener, url } = await between(port);
  const client = new WebSocket(url, { headers: asking(listener) });
  await once(client, "open");
  const closed = once(client, "close");
  for (const socket of server.clients) socket.terminate();
  const [code] = await closed;
  expect(code).toBe(1006);
});

test("without the token there is no WebSocket", async () => {
  const { port, heads } = await echoing();
  const { url } = await between(port);
  const client = new WebSocket(url);
  const [, response] = await once(client, "unexpected-response");
  expect(response.statusCode).toBe(403);
  expect(heads).toEqual([]);
});

test("an upstream that refuses is heard", async () => {
  const upstream = await Upstream.start();
  open.push(upstream);
  upstream.server.on("upgrade", (_, socket) =>
    socket.end(`HTTP/1.1 401 Unauthorized\r\nContent-Length: ${realKey.length}\r\n\r\n${realKey}`),
  );
  const { listener, url } = await between(upstream.port);
  const client = new WebSocket(url, { headers: asking(listener) });
  const [, response] = await once(client, "unexpected-response");
  expect(response.statusCode).toBe(401);
  const [body] = await once(response, "data");
  expect(String(body)).toBe("[redacted]");
});

test("an upstream that refuses in compressed words is read all the same, and not passed on where it cannot be", async () => {
  const upstream = await Upstream.start();
  open.push(upstream);
  const answers: [string, Buffer][] = [
    ["gzip", gzipSync(`no, ${realKey}`)],
    ["dcb", Buffer.from(realKey)],
  ];
  upstream.server.on("upgrade", (_, socket) => {
    const [coding, body] = answers.shift()!;
    socket.write(
      `HTTP/1.1 401 Unauthorized\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
    );
    socket.end(body);
  });
  const { listener, url } = await between(upstream.port);
  const refused = async () => {
    const client = new WebSocket(url, { headers: asking(listener) });
    const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
    return answerOf(response);
  };
  const read = await refused();
  expect(read).toMatchObject({ status: 401, body: "no, [redacted]" });
  expect(read.headers).not.toHaveProperty("content-encoding");
  expect(await refused()).toMatchObject({ status: 502, body: expect.not.stringContaining(realKey) });
});

test("an upstream that says yes without knowing the key is none", async () => {
  const upstream = await Upstream.start();
  open.push(upstream);
  upstream.server.on("upgrade", (_, socket) =>
    socket.end(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
    ),
  );
  const { listener } = await between(upstream.port);
  const { port } = listener.address as { port: number };
  const text = await raw(
    listener,
    `GET /llm/test/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Api-Key: ${listener.sentinel}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(text).toContain("its answer to the WebSocket's key is wrong");
});

test("an upstream that upgrades what did not ask for it is an error", async () => {
  const upstream = await Upstream.start((request) =>
    request.socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
  );
  open.push(upstream);
  const { listener } = await between(upstream.port);
  const { port } = listener.address as { port: number };
  const text = await raw(
    listener,
    `GET /llm/test/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Api-Key: ${listener.sentinel}\r\nConnection: close\r\n\r\n`,
  );
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
});

/** An upstream that sends the secret back, in any usual form and however it cuts its answer, does not get it into the bottle. */
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BrokerListener } from "#main/broker/index.ts";
import { Upstream } from "#test/doubles/upstream.ts";
import { ask, asking, Fixture, realKey, route } from "./fixture.ts";

let upstream: Upstream;
let fixture: Fixture;
let listener: BrokerListener;

beforeAll(async () => {
  upstream = await Upstream.start();
  fixture = new Fixture();
  listener = await fixture.open([route(upstream.port)]);
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const get = () => ask(listener, "/llm/test/x", { headers: asking(listener) });
const base64 = Buffer.from(`user:${realKey}`).toString("base64");

test.each([
  ["itself", realKey],
  ["base64", base64],
  ["hex", Buffer.from(realKey).toString("hex")],
  ["JSON", JSON.stringify({ error: `Incorrect API key provided: ${realKey}` })],
])("in a body cut at every byte, as %s", async (_, text) => {
  const sides = [`before ${text}`, " after"];
  for (let at = 1; at < text.length; at += 3) {
    upstream.answer = (_request, response) => {
      response.write(`before ${text.slice(0, at)}`, () => setImmediate(() => response.end(`${text.slice(at)} after`)));
    };
    const { body } = await get();
    expect(body).toContain("[redacted]");
    expect(body).not.toContain(text);
    expect(body.startsWith("before ") && body.endsWith(sides[1]!)).toBe(true);
  }
});

test("in headers and in the name of a header", async () => {
  upstream.answer = (_, response) =>
    response
      .writeHead(400, `Bad ${realKey}`, { "x-echo": `key=${realKey}`, "x-basic": base64, [`x-${realKey}`]: "1" })
      .end();
  const { headers, status } = await get();
  expect(status).toBe(400);
  expect(headers["x-echo"]).toBe("key=[redacted]");
  expect(headers["x-basic"]).toContain("[redacted]");
  expect(JSON.stringify(headers)).not.toContain(realKey);
});

test.each([
  ["gzip", (text: string) => gzipSync(text)],
  ["br", (text: string) => brotliCompressSync(text)],
  ["zstd", (text: string) => zstdCompressSync(text)],
])("in a body that was compressed although plain bytes were asked for (%s)", async (coding, compress) => {
  upstream.answer = (_, response) =>
    response.writeHead(200, { "content-encoding": coding }).end(compress(`your key is ${realKey}.`));
  const { body, headers } = await get();
  expect(body).toBe("your key is [redacted].");
  expect(headers).not.toHaveProperty("content-encoding");
});

test("a coding that cannot be read is refused", async () => {
  upstream.answer = (_, response) => response.writeHead(200, { "content-encoding": "dcb" }).end(realKey);
  expect(await get()).toMatchObject({
    status: 502,
    body: "broker upstream error: its content-encoding cannot be read",
  });
});

test("a compressed body that is broken ends the answer", async () => {
  upstream.answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip");
  await expect(get()).rejects.toThrow();
});

test("the secret that was sent is taken out, also when the vault has got another one since", async () => {
  upstream.answer = async (request, response) => {
    fixture.secrets.set("key", "sk-next-9876543210zyxwvuts");
    response.end(`you sent ${request.headers["x-api-key"]}`);
  };
  expect((await get()).body).toBe("you sent [redacted]");
  upstream.answer = (request, response) =>
    response.end(request.headers["x-api-key"] === "sk-next-9876543210zyxwvuts" ? "rotated" : "old");
  expect((await get()).body).toBe("rotated");
  fixture.secrets.set("key", realKey);
});

test("what was taken out is counted", () => {
  expect(listener.counters.redactions).toBeGreaterThan(5);
});

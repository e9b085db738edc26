/** An upstream that sends the secret back, in any usual form and however it cuts its answer, does not get it into the bottle. */
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
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

/** As the three providers stream it, in pieces as a model might say them. */
const streams: Record<string, { type: string; event: (text: string) => string; text: (body: string) => string }> = {
  Anthropic: {
    type: "text/event-stream; charset=utf-8",
    event: (text) =>
      `event: content_block_delta\ndata: ${JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })}\n\n`,
    text: (body) =>
      [...body.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!).delta.text as string).join(""),
  },
  "OpenAI, in a call's arguments": {
    type: "text/event-stream",
    event: (text) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: text } }] } }] })}\n\n`,
    text: (body) =>
      [...body.matchAll(/^data: (.*)$/gm)]
        .map(([, json]) => JSON.parse(json!).choices[0].delta.tool_calls[0].function.arguments as string)
        .join(""),
  },
  Ollama: {
    type: "application/x-ndjson",
    event: (text) => `${JSON.stringify({ model: "m", response: text, done: false })}\n`,
    text: (body) =>
      body
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).response as string)
        .join(""),
  },
};

test.each(Object.entries(streams))(
  "in several events of a stream, which still come one by one: %s",
  async (_, stream) => {
    const parts = ["your key ", "is s", ...(realKey.slice(1).match(/.{1,4}/g) ?? []), " and", " nothing more"];
    const heard = parts.map(() => Promise.withResolvers<void>());
    upstream.answer = async (_request, response) => {
      response.writeHead(200, { "content-type": stream.type });
      for (const [at, part] of parts.entries()) {
        response.write(stream.event(part));
        // Whatever cannot be of the key is waited for; of the key itself, what follows.
        if (at < 2 || at > parts.length - 3) await heard[at]!.promise;
      }
      response.end();
    };
    const request = httpRequest({ ...listener.address, path: "/llm/test/x", headers: asking(listener), agent: false });
    request.end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    let body = "";
    for await (const chunk of response) {
      body += chunk;
      for (const [at, part] of parts.entries()) if (stream.text(body).endsWith(part)) heard[at]!.resolve();
    }
    expect(stream.text(body)).toBe(`your key is s${"*".repeat(realKey.length - 1)} and nothing more`);
  },
);

test("what only might have begun to be the secret goes on after a silence, and what follows is still found", async () => {
  const { event, type, text } = streams["Anthropic"]!;
  const heard = Promise.withResolvers<void>();
  upstream.answer = async (_request, response) => {
    response.writeHead(200, { "content-type": type });
    response.write(event(realKey.slice(0, 8)));
    await heard.promise;
    response.end(event(realKey.slice(8)));
  };
  const request = httpRequest({ ...listener.address, path: "/llm/test/x", headers: asking(listener), agent: false });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let body = "";
  for await (const chunk of response) {
    body += chunk;
    if (body.endsWith("\n\n")) heard.resolve();
  }
  expect(text(body)).toBe(`${realKey.slice(0, 8)}${"*".repeat(realKey.length - 8)}`);
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

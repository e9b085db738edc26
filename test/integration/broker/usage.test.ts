/** What a run used is read from its providers' streams as they pass, and never holds one of them up. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type BrokerListener, type Providers, readProviders } from "#main/broker/index.ts";
import { Failure } from "#shared/failure.ts";
import { type Answering, Upstream } from "#test/doubles/upstream.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { ask, asking, Fixture, logged, route } from "./fixture.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const builtin = join(import.meta.dirname, "../../../resources/providers.toml");

/** The table with Anthropic's prices at a host of this machine. */
function pricesHere(): Providers {
  using folder = new TemporaryFolder("prices");
  writeFileSync(folder.in("own.toml"), '[anthropic]\nhost = "127.0.0.1"\n');
  return readProviders(builtin, folder.in("own.toml"));
}

async function metered(answer: Answering, limits = {}, providers = pricesHere) {
  const upstream = await Upstream.start(answer);
  const fixture = new Fixture({ providers });
  open.push(upstream, fixture);
  return { upstream, listener: await fixture.open([route(upstream.port, { provider: "anthropic" })], { limits }) };
}

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const start = event({
  type: "message_start",
  message: {
    model: "claude-haiku-4-5-20251001",
    usage: { input_tokens: 1000, cache_read_input_tokens: 500, output_tokens: 1 },
  },
});
const end = event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 200 } });

/** An answer of which something has come. */
async function begun(listener: BrokerListener): Promise<IncomingMessage> {
  const request = httpRequest({
    ...listener.address,
    method: "POST",
    path: "/llm/test/v1/messages",
    headers: asking(listener),
    agent: false,
  });
  request.end("{}");
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response, "data");
  return response;
}

test("a stream is counted and priced when it ends, and each event passes before the next one exists", async () => {
  const received = Promise.withResolvers<void>();
  const { listener } = await metered(async (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(start);
    await received.promise;
    response.end(end);
  });
  const response = await begun(listener);
  received.resolve();
  response.resume();
  await once(response, "end");
  await logged(listener, 1);
  expect(listener.totals).toMatchObject({
    answers: 1,
    inputTokens: 1500,
    cacheReadTokens: 500,
    outputTokens: 200,
    withoutUsage: 0,
    withoutCost: 0,
  });
  expect(listener.totals.costUsd).toBeCloseTo((1000 * 1 + 500 * 0.1 + 200 * 5) / 1e6, 12);
});

test("a stream that the client cuts off counts what was said, and says that it is not all", async () => {
  const { listener } = await metered((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(start);
  });
  const response = await begun(listener);
  response.destroy();
  await logged(listener, 1);
  expect(listener.totals).toMatchObject({
    inputTokens: 1500,
    outputTokens: 1,
    costUsd: 0,
    withoutUsage: 1,
    withoutCost: 1,
  });
});

test("errors, questions about models and counting of tokens are no answers of a model", async () => {
  const { listener } = await metered((request, response) => {
    const status = request.url?.endsWith("/error") ? 400 : 200;
    response.writeHead(status, { "content-type": "application/json" }).end('{"input_tokens":14}');
  });
  const headers = asking(listener);
  await ask(listener, "/llm/test/v1/error", { method: "POST", headers, body: "{}" });
  await ask(listener, "/llm/test/v1/models", { headers });
  await ask(listener, "/llm/test/v1/messages/count_tokens", { method: "POST", headers, body: "{}" });
  expect(listener.totals.answers).toBe(0);
});

test("a limit of cost stops the run once it is reached", async () => {
  const { listener, upstream } = await metered(
    (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(start + end),
    { costUsd: 0.004 },
  );
  const post = () => ask(listener, "/llm/test/v1/messages", { method: "POST", headers: asking(listener), body: "{}" });
  expect((await post()).status).toBe(200);
  expect((await post()).status).toBe(200);
  expect(await post()).toMatchObject({
    status: 402,
    body: expect.stringContaining("broker limit reached: $0.0041 of $0.0040 are used."),
  });
  expect(upstream.asked.length).toBe(2);
});

test("while there is a mistake in the table, answers are counted by what it said before", async () => {
  let mistake = false;
  const { listener } = await metered(
    (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(start + end),
    {},
    () => {
      if (mistake) throw new Failure("invalid_input", "providers.toml: there is a mistake");
      return pricesHere();
    },
  );
  const post = () => ask(listener, "/llm/test/v1/messages", { method: "POST", headers: asking(listener), body: "{}" });
  await post();
  const one = listener.totals.costUsd;
  mistake = true;
  expect((await post()).status).toBe(200);
  await logged(listener, 2);
  expect(listener.totals).toMatchObject({ answers: 2, withoutCost: 0, costUsd: 2 * one });
});

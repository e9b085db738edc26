/** What a person is shown of a broker: what was used and asked for, while it runs and after it, and the limit they can change. */
import { createRouterClient } from "@orpc/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokerProcedures } from "#main/broker/index.ts";
import type { LiveListEvent } from "#shared/contract/base.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import { Upstream } from "#test/doubles/upstream.ts";
import { ask, asking, Fixture, realKey, route } from "./fixture.ts";

const id = "bottle-0123456789ab";
const owner = { kind: "bottle", id } as const;
let upstream: Upstream;
let fixture: Fixture;

beforeEach(async () => {
  upstream = await Upstream.start((_, response) =>
    response
      .setHeader("content-type", "application/json")
      .end('{"model":"m","usage":{"prompt_tokens":70,"completion_tokens":30}}'),
  );
  fixture = new Fixture();
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const clientOf = (broker = fixture.broker) =>
  createRouterClient(brokerProcedures(broker), { context: { connection: {} } as never });
const open = (limits = {}) => fixture.open([route(upstream.port, { provider: "openai" })], { owner, limits });

async function first<Event>(watching: Promise<AsyncIterable<Event>>): Promise<Event> {
  for await (const event of await watching) return event;
  throw new Error("it ended without an event");
}

/** Follows a live list of one item until it is as wanted. */
async function until(wanted: (usage: BrokerUsage) => boolean, broker = fixture.broker): Promise<BrokerUsage> {
  const stop = new AbortController();
  for await (const event of await clientOf(broker).watch({}, { signal: stop.signal })) {
    const items = event.type === "all" ? event.items : event.type === "changed" ? [event.item] : [];
    const found = items.find(wanted);
    if (found === undefined) continue;
    stop.abort();
    return found;
  }
  throw new Error("the watch ended");
}

const items = <Item>(event: LiveListEvent<Item>) => (event.type === "all" ? event.items : []);

test("what is used is seen while it runs, with what nobody knows the price of", async () => {
  const listener = await open();
  const post = () =>
    ask(listener, "/llm/test/v1/x?key=hidden", { method: "POST", headers: asking(listener), body: "{}" });
  await post();
  await ask(listener, "/llm/nowhere", { headers: asking(listener) });
  const usage = await until(({ requests, answers }) => requests === 2 && answers === 1);
  expect(usage).toMatchObject({
    id,
    owner: "bottle",
    open: true,
    refused: 1,
    inputTokens: 70,
    outputTokens: 30,
    cost: { currency: "USD", micros: 0 },
    withoutCost: 1,
    limits: { tokens: null, costMicros: null },
    counted: { tokens: 100, costMicros: null },
    reached: null,
  });
  const requests = items(await first(clientOf().watchRequests({ id })));
  expect(requests.map(({ method, route, path, status, decision }) => [method, route, path, status, decision])).toEqual([
    ["POST", "llm/test", "/llm/test/v1/x", 200, "forwarded"],
    ["GET", null, "/llm/nowhere", 404, "refused"],
  ]);
  expect(await clientOf().history({ id })).toMatchObject([{ tokens: 100, costMicros: 0 }]);
});

test("a limit is reached, raised while it runs, and the refused program goes on", async () => {
  const told: string[] = [];
  fixture.broker.onEvent((event) => event.type === "limit" && told.push(event.why));
  const listener = await open({ tokens: 100 });
  const post = () => ask(listener, "/llm/test/x", { method: "POST", headers: asking(listener), body: "{}" });
  expect((await post()).status).toBe(200);
  // Said when it is reached, and not only when the next one is refused.
  expect(told).toEqual(["100 of 100 tokens are used"]);
  expect((await until(({ reached }) => reached !== null)).limits).toEqual({ tokens: 100, costMicros: null });
  const refused = await post();
  expect(refused.status).toBe(402);
  expect(refused.body).toContain("raise the limit");
  expect(upstream.asked).toHaveLength(1);

  const raised = await clientOf().setLimits({ id, limits: { tokens: 200, costMicros: null } });
  expect(raised).toMatchObject({ reached: null, limits: { tokens: 200, costMicros: null } });
  expect((await post()).status).toBe(200);
  expect(told).toEqual(["100 of 100 tokens are used", "200 of 200 tokens are used"]);
  await clientOf().setLimits({ id, limits: { tokens: null, costMicros: null } });
  expect((await post()).status).toBe(200);
});

test("a limit that was changed holds after a restart of main, and the request log and counts go on", async () => {
  const before = await open();
  const post = (listener = before) =>
    ask(listener, "/llm/test/x", { method: "POST", headers: asking(before), body: "{}" });
  await post();
  await clientOf().setLimits({ id, limits: { tokens: 150, costMicros: null } });
  await fixture.broker.stop();
  const restarted = fixture.another();
  await restarted.restore();
  const listener = restarted.of(owner)!;
  await post(listener);
  expect((await post(listener)).status).toBe(402);
  expect(await until(({ requests }) => requests === 3, restarted)).toMatchObject({
    open: true,
    refused: 1,
    inputTokens: 140,
    limits: { tokens: 150, costMicros: null },
  });
  const requests = items(await first(clientOf(restarted).watchRequests({ id })));
  expect(requests.map(({ id, status }) => [id, status])).toEqual([
    ["1", 200],
    ["2", 200],
    ["3", 402],
  ]);
});

test("what a bottle used is there after its end, until it is forgotten, and holds no secret", async () => {
  const listener = await open();
  await ask(listener, "/llm/test/x", { method: "POST", headers: asking(listener), body: "{}" });
  await listener.close();
  await expect(clientOf().setLimits({ id, limits: { tokens: 1, costMicros: null } })).rejects.toMatchObject({
    code: "not_found",
  });
  await fixture.broker.stop();
  const restarted = fixture.another();
  await restarted.restore();
  const [usage] = items(await first(clientOf(restarted).watch({})));
  expect(usage).toMatchObject({ id, open: false, answers: 1, closedAt: expect.any(String) });
  expect(items(await first(clientOf(restarted).watchRequests({ id })))).toHaveLength(1);
  expect(await clientOf(restarted).history({ id })).toHaveLength(1);
  const kept = ["broker_usage", "broker_requests"].map((table) =>
    fixture.store.database.prepare(`SELECT * FROM ${table}`).all(),
  );
  expect(JSON.stringify(kept)).not.toContain(realKey);
  expect(JSON.stringify(kept)).not.toContain(listener.sentinel);

  restarted.ledger.forget(id);
  expect(items(await first(clientOf(restarted).watch({})))).toEqual([]);
  expect(items(await first(clientOf(restarted).watchRequests({ id })))).toEqual([]);
});

test("of many requests the newest are kept, in memory and on disk", async () => {
  const listener = await open();
  for (let batch = 0; batch < 13; batch++) {
    await Promise.all(Array.from({ length: 40 }, () => ask(listener, "/llm/none", { headers: asking(listener) })));
  }
  const shown = items(await first(clientOf().watchRequests({ id })));
  expect(shown).toHaveLength(500);
  expect(shown.at(-1)!.id).toBe("520");
  await fixture.broker.stop();
  const { count } = fixture.store.database.prepare("SELECT count(*) AS count FROM broker_requests").get() as {
    count: number;
  };
  expect(count).toBe(500);
});

/** Listeners over their life: opened closed-fail, updated, restored after a restart of main, and gone when closed. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BottleBroker, type BottleBrokerParts } from "#main/broker/bottle-service.ts";
import type { BrokerEvent, Owner } from "#main/broker/index.ts";
import { sent, Upstream } from "#test/doubles/upstream.ts";
import { plainReach } from "#test/product/bottle.ts";
import { ask, asking, Fixture, raw, realKey, route, statusOf } from "./fixture.ts";

let upstream: Upstream;
let fixture: Fixture;

beforeEach(async () => {
  upstream = await Upstream.start();
  fixture = new Fixture();
});

afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const owner: Owner = { kind: "bottle", id: "b-1" };

test("a handle that is not there: nothing listens, and the reason is said", async () => {
  await expect(
    fixture.open([route(upstream.port), route(upstream.port, { key: "mcp/x", secret: { handle: "none" } })]),
  ).rejects.toThrow("vault: vault handle 'none' not found.");
  expect(fixture.broker.listeners()).toEqual([]);
  expect(await fixture.another().restore()).toEqual([]);
});

test("a locked vault stops requests at once, and an unlocked one lets them through again", async () => {
  const listener = await fixture.open([route(upstream.port)]);
  fixture.locked = true;
  expect(await ask(listener, "/llm/test/x", { headers: asking(listener) })).toMatchObject({
    status: 503,
    body: "broker has no credential: The vault is locked",
  });
  expect(upstream.asked).toEqual([]);
  fixture.locked = false;
  expect((await ask(listener, "/llm/test/x", { headers: asking(listener) })).status).toBe(200);
  expect(fixture.uses.at(-1)).toBe("key for bottle b-1: llm/test");
});

test("a secret that would break out of its header is not sent", async () => {
  const listener = await fixture.open([route(upstream.port)]);
  fixture.secrets.set("key", "good\r\nX-Injected: 1");
  const { status, body } = await ask(listener, "/llm/test/x", { headers: asking(listener) });
  expect({ status, body }).toEqual({
    status: 503,
    body: "broker has no credential: the vault's key cannot stand in a header",
  });
  expect(upstream.asked).toEqual([]);
});

test("one owner has one listener, also when both are opened at once", async () => {
  const both = await Promise.allSettled([fixture.open([]), fixture.open([])]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(fixture.open([])).rejects.toThrow("The bottle b-1 has a broker already");
});

test("routes are replaced while it runs", async () => {
  const listener = await fixture.open([route(upstream.port)]);
  await listener.update([route(upstream.port, { key: "mcp/new" })]);
  expect((await ask(listener, "/llm/test/x", { headers: asking(listener) })).status).toBe(404);
  expect((await ask(listener, "/mcp/new/x", { headers: asking(listener) })).status).toBe(200);
  await expect(listener.update([route(upstream.port, { secret: { handle: "none" } })])).rejects.toThrow("vault: ");
  expect((await ask(listener, "/mcp/new/x", { headers: asking(listener) })).status).toBe(200);
});

test("after a restart of main it is back at the same address with the same token, routes and totals", async () => {
  upstream.answer = (_, response) =>
    response
      .setHeader("content-type", "application/json")
      .end('{"model":"m","usage":{"prompt_tokens":70,"completion_tokens":30}}');
  const before = await fixture.open([route(upstream.port, { provider: "openai" })], { limits: { tokens: 100 } });
  expect((await ask(before, "/llm/test/x", { method: "POST", headers: asking(before) })).status).toBe(200);
  const { address } = before;
  // Also for a main that is killed.
  const saved = () => fixture.store.database.prepare("SELECT totals FROM broker_listeners").pluck().get() as string;
  await expect.poll(() => JSON.parse(saved())).toMatchObject({ inputTokens: 70, outputTokens: 30 });
  await fixture.broker.stop();
  const { port } = address as { port: number };
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();

  const restarted = fixture.another();
  expect(await restarted.restore()).toEqual([]);
  const after = restarted.of(owner)!;
  expect(after.address).toEqual(address);
  expect(after.sentinel).toBe(before.sentinel);
  expect(after.totals).toMatchObject({ inputTokens: 70, outputTokens: 30 });
  // What was used before counts: the limit is still reached.
  expect(await ask(after, "/llm/test/x", { method: "POST", headers: asking(before) })).toMatchObject({
    status: 402,
    body: expect.stringMatching(/^broker limit reached: 100 of 100 tokens are used\. .*raise the limit/),
  });
});

test("a port that somebody else has taken meanwhile is said, and the listener is not forgotten", async () => {
  const before = await fixture.open([route(upstream.port)]);
  const { port } = before.address as { port: number };
  await fixture.broker.stop();
  const thief = createServer();
  await new Promise<void>((resolve) => thief.listen(port, "127.0.0.1", resolve));
  const restarted = fixture.another();
  expect(await restarted.restore()).toEqual([
    { owner, problem: `The broker cannot listen: port ${port} is taken by another program` },
  ]);
  await new Promise((resolve) => thief.close(resolve));
  expect(await restarted.restore()).toEqual([]);
  expect(restarted.of(owner)?.address).toEqual({ host: "127.0.0.1", port });
});

test("a closed listener is not restored, by whoever it was closed", async () => {
  const stop = new AbortController();
  const first = await fixture.open([route(upstream.port)]);
  await fixture.open([route(upstream.port)], { owner: { kind: "run", id: "r-1" }, signal: stop.signal });
  await first.close();
  stop.abort();
  await expect.poll(() => fixture.broker.listeners().length).toBe(0);
  const restarted = fixture.another();
  await restarted.restore();
  expect(restarted.listeners()).toEqual([]);
});

test("what is remembered holds no secret", async () => {
  await fixture.open([route(upstream.port)]);
  expect(JSON.stringify(fixture.store.database.prepare("SELECT * FROM broker_listeners").all())).not.toContain(realKey);
});

test("on a Unix socket that only we can open, restored over the file of a dead one", async () => {
  const socketPath = fixture.folder.in("broker.sock");
  const before = await fixture.open([route(upstream.port)], { listen: { socketPath }, hosts: ["broker.bottle:8080"] });
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  for (const host of ["localhost", "broker.bottle:8080"]) {
    expect((await ask(before, "/llm/test/x", { headers: asking(before, { host }) })).status).toBe(200);
  }
  expect((await ask(before, "/llm/test/x", { headers: asking(before, { host: "evil.example" }) })).status).toBe(403);
  const second = fixture.another();
  const problem = `The broker cannot listen: ${socketPath} is taken by another program`;
  await expect(second.restore()).resolves.toEqual([{ owner, problem }]);
  // Its bottle has a broker, which is down; another bottle has none.
  const service = new BottleBroker({ broker: second } as BottleBrokerParts);
  const place = (id: string) => ({ id, label: "", launchId: "", directory: fixture.folder.path });
  expect(await service.restore(place("b-1"), plainReach)).toEqual({});
  expect(service.state("b-1")).toEqual({ state: "down", detail: problem });
  expect(await service.restore(place("b-2"), plainReach)).toBeNull();
  await fixture.broker.stop();
  // As a crash leaves it: a file that nobody listens on.
  leaveDeadSocket(socketPath);
  const restarted = fixture.another();
  expect(await restarted.restore()).toEqual([]);
  expect((await ask(restarted.of(owner)!, "/health", { headers: { host: "localhost" } })).status).toBe(200);
});

test("events say what happens, and reaching the limit is said once", async () => {
  const events: BrokerEvent[] = [];
  fixture.broker.onEvent((event) => events.push(event));
  upstream.answer = (_, response) =>
    response
      .setHeader("content-type", "application/json")
      .end('{"model":"m","usage":{"prompt_tokens":7,"completion_tokens":3}}');
  const listener = await fixture.open(
    [route(upstream.port, { provider: "openai" }), route(upstream.port, { key: "mcp/x" })],
    { limits: { tokens: 10 } },
  );
  const post = (path: string) => ask(listener, path, { method: "POST", headers: asking(listener) });
  expect((await post("/llm/test/x")).status).toBe(200);
  expect((await post("/llm/test/x")).status).toBe(402);
  expect((await post("/llm/test/x")).status).toBe(402);
  // What uses no tokens goes on.
  expect((await post("/mcp/x")).status).toBe(200);
  expect(events.map(({ type }) => type)).toEqual(["usage", "limit", "request", "request", "request", "request"]);
  expect(events[1]).toMatchObject({ type: "limit", owner, why: "10 of 10 tokens are used" });
});

test("git is challenged for its credential, shows the token as a password, and the real one goes out", async () => {
  const basic = (password: string) => ({
    authorization: `Basic ${Buffer.from(`anybody:${password}`).toString("base64")}`,
  });
  const place = { header: "authorization", user: "x-access-token" };
  const listener = await fixture.open([
    route(upstream.port, {
      key: "git/git.test",
      credential: [{ from: { header: "authorization", user: "*" }, to: place }],
      methods: ["GET", "POST"],
      paths: ["/me/mine", "/me/mine.git"],
    }),
  ]);
  const path = "/git/git.test/me/mine.git/info/refs?service=git-upload-pack";
  const challenged = await ask(listener, path);
  expect({ status: challenged.status, challenge: challenged.headers["www-authenticate"] }).toEqual({
    status: 401,
    challenge: 'Basic realm="Cellar broker"',
  });
  expect((await ask(listener, path, { headers: basic("wrong") })).status).toBe(403);
  expect((await ask(listener, path.replace("mine", "other"), { headers: basic(listener.sentinel) })).status).toBe(403);
  expect((await ask(listener, path, { headers: basic(listener.sentinel) })).status).toBe(200);
  expect(sent(upstream.asked.at(-1), "authorization")).toEqual([
    `Basic ${Buffer.from(`x-access-token:${realKey}`).toString("base64")}`,
  ]);
  expect(upstream.asked.at(-1)?.url).toBe("/me/mine.git/info/refs?service=git-upload-pack");
});

test("a query key of Gemini's clients is taken out of the address and put into a header", async () => {
  const header = { header: "x-goog-api-key", prefix: "" };
  const listener = await fixture.open([
    route(upstream.port, { key: "llm/google", credential: [{ from: { query: "key" }, to: header }] }),
  ]);
  expect((await ask(listener, `/llm/google/v1beta/models?key=${listener.sentinel}&alt=sse`)).status).toBe(200);
  expect(upstream.asked[0]?.url).toBe("/v1beta/models?alt=sse");
  expect(sent(upstream.asked[0], "x-goog-api-key")).toEqual([realKey]);
  expect(
    statusOf(
      await raw(
        listener,
        `GET /llm/google/v1?key=${listener.sentinel}&key=x HTTP/1.1\r\nHost: localhost:${(listener.address as { port: number }).port}\r\nConnection: close\r\n\r\n`,
      ),
    ),
  ).toBe(403);
});

/** Binds a socket in a process that ends without removing its file. */
function leaveDeadSocket(path: string): void {
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  expect(statSync(path).isSocket()).toBe(true);
}

/** A person is asked: what waits passes with one click, and a flood of questions is none. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { bottleId, World, workspaceId } from "#test/gateway-world.ts";
import { eventually } from "#test/product/processes.ts";

let world: World;
afterEach(() => world?.[Symbol.asyncDispose]());

async function site(): Promise<string> {
  world = await World.open([]);
  world.holdSeconds = 20;
  const { port } = await world.https("new.example", (_, response) => response.end("hello"));
  return `https://new.example:${port}/`;
}
const waiting = () => world.decision(({ outcome }) => outcome === "waiting");

test("a request to an unknown host waits, and passes once its port is allowed", async () => {
  const url = await site();
  const port = Number(new URL(url).port);
  const asking = world.run("curl", ["-sS", url]);
  const { id, waitsUntil } = await waiting();
  expect(Date.parse(waitsUntil!)).toBeGreaterThan(Date.now());
  expect(world.asked).toMatchObject([{ workspaceId, decision: { id, host: "new.example", port } }]);
  // On this computer, which a click alone does not open.
  world.allow("new.example", port);
  expect(await asking).toMatchObject({ code: 0, out: "hello" });
  expect(await world.decision((decision) => decision.id === id && decision.durationMs !== null)).toMatchObject({
    outcome: "allowed",
    reason: "allowed_by_person",
    waitsUntil: null,
  });
});

test.each(["bottle", "workspace", "always"] as const)(
  "one click makes a rule for the %s, and it is there after a restart",
  async (scope) => {
    const url = await site();
    const asking = world.run("curl", ["-sS", url]);
    const { id } = await waiting();
    const rule = world.gateways.allow(id, scope);
    expect(rule).toMatchObject({
      host: "new.example",
      ports: [Number(new URL(url).port)],
      scope: { type: scope },
      source: "person",
    });
    await asking;
    // What it leads to is still looked at: it is an address of this computer.
    expect(await world.decision(({ reason }) => reason === "address_refused")).toMatchObject({ id });
    world.stop();
    world.start();
    expect(world.gateways.rules.values()).toEqual([rule]);
  },
);

test("what is refused is refused at once, and not asked for again", async () => {
  const url = await site();
  const asking = world.run("curl", ["-sS", url]);
  const { id } = await waiting();
  world.gateways.refuse(id);
  expect(await asking).toMatchObject({ code: 56 });
  expect(await world.run("curl", ["-sS", url])).toMatchObject({ code: 56 });
  expect(world.asked.length).toBe(1);
  expect(world.decisions().map(({ outcome, canAllow }) => [outcome, canAllow])).toContainEqual(["denied", true]);
});

test("what nobody answers is refused when its time is over", async () => {
  const url = await site();
  world.holdSeconds = 0.3;
  expect(await world.run("curl", ["-sS", url])).toMatchObject({ code: 56 });
  expect(world.decisions()).toMatchObject([{ outcome: "denied", reason: "host_not_allowed", waitsUntil: null }]);
});

test("a client that gives up and tries again joins what waits, and is asked for once", async () => {
  const url = await site();
  expect(await world.run("curl", ["-sS", "-m", "0.5", url])).toMatchObject({ code: 28 });
  const again = [world.run("curl", ["-sS", url]), world.run("curl", ["-sS", url])];
  const { id } = await waiting();
  await eventually(
    async () => world.gateways.list.get(bottleId),
    (counters) => counters?.waiting === 1,
  );
  world.allow("new.example", Number(new URL(url).port));
  expect((await Promise.all(again)).map(({ out }) => out)).toEqual(["hello", "hello"]);
  expect(world.asked.map(({ decision }) => decision.id)).toEqual([id]);
});

test("a flood of hosts asks for a few, and refuses the others at once", async () => {
  world = await World.open([]);
  world.holdSeconds = 20;
  const answers: string[] = [];
  for (let n = 0; n < 100; n++) {
    const socket = connect({ path: world.socket });
    socket.write(`CONNECT host-${n}.example:443 HTTP/1.1\r\nHost: host-${n}.example:443\r\n\r\n`);
    socket.on("data", (chunk) => answers.push(String(chunk)));
  }
  await eventually(
    async () => answers.length,
    (count) => count >= 92,
  );
  expect(world.asked.length).toBe(8);
  expect(answers.every((answer) => answer.startsWith("HTTP/1.1 403"))).toBe(true);
  expect(world.gateways.list.get(bottleId)).toBeDefined();
});

test("the launch probe is refused at once with the gateway's own words, whatever waits otherwise", async () => {
  world = new World();
  world.start();
  world.holdSeconds = 20;
  const { probe } = await world.openBottle([{ host: "example.com" }]);
  const { host, port, header, value } = probe.refused;
  expect(host).not.toBe("example.com");
  const answer = await world.raw(
    `CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n${header}: ${value}\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 403[\s\S]*X-Cellar-Decision: denied; reason=host_not_allowed/);
  expect(world.asked).toEqual([]);
  // It is no refusal that anybody needs to look at, or could allow.
  expect(world.gateways.decisions.values()).toMatchObject([{ host, outcome: "denied", probe: true, canAllow: false }]);
  expect(world.gateways.list.get(bottleId)?.denied).toBe(0);
  const socket = connect({ path: world.socket });
  socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n${header}: guessed\r\n\r\n`);
  expect(await waiting()).toMatchObject({ host, probe: false });
  socket.destroy();
  await once(socket, "close");
});

test("rules that cannot be read allow nothing, and say so", async () => {
  world = await World.open([{ host: "api.example" }]);
  world.allow("other.example", 443);
  world.database.prepare('UPDATE gateway_rules SET rule = \'{"effect":"de\'').run();
  world.stop();
  world.start();
  await world.openBottle([{ host: "api.example" }]);
  expect(world.gateways.notices).toMatchObject([expect.stringContaining("allows nothing")]);
  const answer = await world.raw("CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 503[\s\S]*reason=not_ready/);
});

test("the log keeps its tail over a restart, within its bounds, without a query", async () => {
  world = await World.open([]);
  for (let n = 0; n < 600; n++)
    await world.raw(
      `GET http://host-${n}.example/path?secret=${n} HTTP/1.1\r\nHost: host-${n}.example\r\nConnection: close\r\n\r\n`,
    );
  expect(world.decisions().length).toBe(500);
  const before = world.decisions();
  world.stop();
  world.start();
  expect(world.decisions()).toEqual(before);
  expect(JSON.stringify(world.database.prepare("SELECT * FROM gateway_decisions").all())).not.toContain("secret");
  await world.gateways.forget(bottleId);
  expect(world.decisions()).toEqual([]);
});

test("denials of one kind in a row are one entry with a count", async () => {
  world = await World.open([]);
  for (let n = 0; n < 5; n++) await world.raw("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n");
  expect(world.decisions()).toMatchObject([{ host: "evil.example", count: 5 }]);
});

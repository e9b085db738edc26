/** No client, however it behaves, harms a terminal or another client; and there is one host for a home. */
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { RefusedByHost } from "#terminal-host/client/index.ts";
import { jsonFrame } from "#terminal-host/framing.ts";
import { frameKind, protocolVersion } from "#terminal-host/protocol.ts";
import { eventually, isAlive, processesMarked } from "#test/product/processes.ts";
import { TestHost } from "#test/product/terminal-host.ts";

async function rawConnection(host: TestHost, ...bytes: Uint8Array[]): Promise<Socket> {
  const socket = connect(host.paths.hostSocket);
  socket.on("error", () => {});
  await once(socket, "connect");
  for (const part of bytes) socket.write(part);
  return socket;
}

const client = { name: "raw", version: "0", pid: 1 };

test("two clients that start at once find one host", async () => {
  await using host = await TestHost.start();
  await host.client.call("host.shutdown", { force: true });
  const clients = Array.from({ length: 4 }, () => host.newClient());
  const welcomes = await Promise.all(clients.map((each) => each.connect()));
  expect(new Set(welcomes.map(({ pid }) => pid)).size).toBe(1);
  const isHost = ({ command }: { command: string }) => command.includes("terminal-host");
  await eventually(
    () => processesMarked(`CELLAR_HOME=${host.paths.home}`).filter(isHost),
    (found) => found.length === 1,
  );
});

test("a socket file that a dead host left does not keep a new one from starting", async () => {
  await using host = await TestHost.start();
  const pid = await host.pid();
  process.kill(pid, "SIGKILL");
  await eventually(
    () => isAlive(pid),
    (alive) => !alive,
  );
  expect(statSync(host.paths.hostSocket).isSocket()).toBe(true);
  expect((await host.newClient().connect()).pid).not.toBe(pid);
});

test("garbage, half a frame, silence and a huge length end only their own connection", async () => {
  await using host = await TestHost.start();
  const { id } = await host.create("cat");
  const viewer = await host.attach(id);
  const hello = jsonFrame(frameKind.hello, { protocol: protocolVersion, client, role: "control", events: true });
  const length = Buffer.alloc(4);
  length.writeUInt32BE(0xfffffff0);
  const bad: [string, Socket][] = [
    ["garbage", await rawConnection(host, Buffer.from("GET / HTTP/1.1\r\n\r\n"))],
    ["a huge length", await rawConnection(host, length)],
    ["a hello that is no JSON", await rawConnection(host, Buffer.from([0, 0, 0, 3, frameKind.hello, 0x7b, 0x7b]))],
    [
      "a request before the hello",
      await rawConnection(host, jsonFrame(frameKind.request, { id: 1, method: "host.info", params: {} })),
    ],
    ["a stream frame on a control connection", await rawConnection(host, hello, jsonFrame(frameKind.stream, {}))],
    ["a request without a method", await rawConnection(host, hello, jsonFrame(frameKind.request, { id: 1 }))],
  ];
  for (const [what, socket] of bad) {
    socket.resume();
    await eventually(
      () => socket.closed,
      (closed) => closed,
    ).catch(() => expect.fail(`${what} was not cut off`));
  }
  const half = await rawConnection(host, hello.subarray(0, 9));
  half.destroy();
  const silent = await rawConnection(host);
  viewer.type("still here\n");
  await viewer.until(() => viewer.text.includes("still here\r\nstill here"));
  // Nobody waits for ever for a client that says nothing.
  await once(silent.resume(), "close");
}, 20_000);

test("wrong parameters, unknown methods and unknown terminals are typed failures", async () => {
  await using host = await TestHost.start();
  const call = host.client.call.bind(host.client) as (method: string, params: unknown) => Promise<unknown>;
  await expect(call("nonsense", {})).rejects.toMatchObject({ code: "invalid_input" });
  await expect(call("__proto__", {})).rejects.toMatchObject({ code: "invalid_input" });
  await expect(call("terminals.create", { command: 5 })).rejects.toMatchObject({ code: "invalid_input" });
  await expect(call("terminals.create", { command: "true", extra: 1 })).rejects.toMatchObject({
    code: "invalid_input",
  });
  await expect(call("terminals.get", { id: "term-00000000" })).rejects.toMatchObject({ code: "not_found" });
  await expect(host.attach("term-00000000")).rejects.toMatchObject({ code: "not_found" });
});

test("a client of another version is refused and told how many terminals live", async () => {
  await using host = await TestHost.start();
  await host.create("cat");
  const socket = await rawConnection(
    host,
    jsonFrame(frameKind.hello, { protocol: protocolVersion + 1, client, role: "control", events: true }),
  );
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer[4]).toBe(frameKind.refused);
  expect(JSON.parse(answer.subarray(5).toString())).toMatchObject({
    code: "refused",
    liveTerminals: 1,
    protocol: protocolVersion,
  });
  expect(await host.pid()).toBeGreaterThan(0);
});

test("a host without terminals makes way for a newer client", async () => {
  await using host = await TestHost.start();
  const pid = await host.pid();
  await rawConnection(
    host,
    jsonFrame(frameKind.hello, { protocol: protocolVersion + 1, client, role: "control", events: true }),
  );
  await eventually(
    () => isAlive(pid),
    (alive) => !alive,
  );
});

test("a client that is killed in the middle of a frame, and a flood of requests, harm nobody", async () => {
  await using host = await TestHost.start();
  const { id } = await host.create("cat");
  const flood = host.newClient();
  await flood.connect();
  const answers = await Promise.allSettled(Array.from({ length: 5_000 }, () => flood.call("terminals.get", { id })));
  expect(answers.some(({ status }) => status === "fulfilled")).toBe(true);
  expect((await host.get(id)).state).toBe("running");
});

test("a record changes for all clients, and the first event of each is everything", async () => {
  await using host = await TestHost.start();
  const { id } = await host.create("read line; printf '\\033]0;a title\\007\\033]9;it is done\\007\\a'", {
    name: "build",
  });
  const other = host.newClient();
  const events: unknown[] = [];
  other.onEvent((event) => events.push(event));
  await other.connect();
  await eventually(
    () => events[0],
    (first) => first !== undefined,
  );
  expect(events[0]).toMatchObject({ type: "all", terminals: [{ id, name: "build", state: "running" }] });
  await host.client.call("terminals.write", { id, text: "\n" });
  await host.ended(id);
  await eventually(
    () => events,
    (all) => JSON.stringify(all).includes('"state":"succeeded"'),
  );
  expect(events).toContainEqual({ type: "programNotification", terminalId: id, title: "", body: "it is done" });
  expect(events).toContainEqual({ type: "bell", terminalId: id, count: 1 });
  expect(await host.get(id)).toMatchObject({ title: "a title" });
});

test("a lost host is started again, its terminals are lost and none of their processes survives", async () => {
  await using host = await TestHost.start();
  const statuses: string[] = [];
  host.client.onStatus(({ state }) => statuses.push(state));
  const { id } = await host.create("nohup sleep 6000 >/dev/null 2>&1 & echo ready; cat");
  await eventually(
    () => processesMarked(`CELLAR_TERMINAL_ID=${id}`),
    (found) => found.length >= 3,
  );
  const log = `${host.paths.terminals}/${id}.log`;
  await eventually(
    () => existsSync(log) && readFileSync(log, "utf8"),
    (text) => text !== false && text.includes("ready"),
  );
  process.kill(await host.pid(), "SIGKILL");
  await eventually(
    () => statuses,
    (seen) => seen.join() === "lost,starting,connected",
  );
  expect(await host.get(id)).toMatchObject({ state: "stream_lost", exitCode: null, resolvedAt: expect.any(String) });
  await eventually(
    () => processesMarked(`CELLAR_TERMINAL_ID=${id}`),
    (found) => found.length === 0,
  );
  const viewer = await host.attach(id);
  expect(viewer.text).toContain("ready");
  await viewer.until(() => viewer.ended);
}, 40_000);

test("the socket and its directory are for nobody else", async () => {
  await using host = await TestHost.start();
  expect(statSync(host.paths.hostSocket).mode & 0o777).toBe(0o600);
  expect(statSync(host.paths.runtime).mode & 0o777).toBe(0o700);
});

test("SIGTERM to the host ends its terminals in order", async () => {
  await using host = await TestHost.start();
  const { id } = await host.create("echo something; cat");
  const viewer = await host.attach(id);
  await viewer.until(() => viewer.text.includes("something"));
  const pid = await host.pid();
  process.kill(pid, "SIGTERM");
  await eventually(
    () => isAlive(pid),
    (alive) => !alive,
  );
  expect(processesMarked(`CELLAR_TERMINAL_ID=${id}`)).toEqual([]);
  // The process is gone before our connection has noticed.
  const record = await eventually(
    () => host.get(id).catch(() => null),
    (known) => known !== null,
  );
  expect(record).toMatchObject({ state: "cancelled", lastLine: "something" });
});

test("refusals name the failure", () => {
  const refused = { code: "refused", message: "no", protocol: 9, version: "9", pid: 1, liveTerminals: 2 } as const;
  expect(new RefusedByHost(refused)).toMatchObject({ code: "refused", refused: { liveTerminals: 2 } });
});

/** Who may do what: a launched program's token reaches its own workspace, more only when the person says so, and nothing once it has ended. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import {
  callsOf,
  installProbe,
  type Launched,
  launchProbe,
  makeWorkspace,
  TestClient,
  type Way,
} from "#test/product/mcp.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

let product: Product;
let own: string;
let other: string;
/** A shell of the person in the other workspace, with a cell in it. */
let foreign: { id: string; cellId: string };
let ownFolder: string;

beforeAll(async () => {
  product = await Product.start();
  installProbe(product);
  ownFolder = product.folder.in("own");
  mkdirSync(join(ownFolder, "below"), { recursive: true });
  mkdirSync(product.folder.in("other"));
  own = await makeWorkspace(product, ownFolder, "own");
  other = await makeWorkspace(product, product.folder.in("other"), "other");
  const shell = await call(product, "terminals.create", { argv: ["bash", "-i"], owner: { workspaceId: other } });
  const { cell } = await call(product, "cells.run", { terminalId: shell.id, code: "echo the-secret-of-other" });
  foreign = { id: shell.id, cellId: cell.id };
});
afterAll(() => product?.[Symbol.asyncDispose]());

let agent: Launched;
beforeEach(async () => {
  agent = await launchProbe(product, own);
});

const http: Way = { via: "http", protocol: "auto" };
const stdio: Way = { via: "stdio", protocol: "legacy" };
const uriOf = (id: string) => `cellar://terminals/${id}/output`;
type Created = { terminal_id: string };

describe.each([http, stdio])("over $via", (way) => {
  test("the terminals of its own workspace are driven, and what it makes belongs there", async () => {
    await using client = await TestClient.connect(product, way, agent.token);
    const { terminal_id } = await client.result<Created>("pty_create", { cmd: "pwd; exec cat", cwd: "below" });
    expect(await client.shows(terminal_id, "own")).toContain(join(ownFolder, "below"));
    const record = await call(product, "terminals.get", { id: terminal_id });
    expect(record.owner).toEqual({ workspaceId: own, parentId: agent.terminal.id });
    const shell = await call(product, "terminals.create", { argv: ["bash", "-i"], owner: { workspaceId: own } });
    expect(await client.result("cell_run", { terminal_id: shell.id, code: "echo $((6 * 7))" })).toMatchObject({
      output: "42",
    });
    const listed = await client.result<{ terminal_id: string; parent_session_id: string | null }[]>("pty_list");
    const ids = listed.map((row) => row.terminal_id);
    expect(ids).toEqual(expect.arrayContaining([terminal_id, shell.id, agent.terminal.id]));
    expect(ids).not.toContain(foreign.id);
    expect(listed.find((row) => row.terminal_id === terminal_id)?.parent_session_id).toBe(agent.terminal.id);
    const calls = await callsOf(product);
    expect(calls.findLast((each) => each.tool === "cell_run")).toMatchObject({
      caller: "launch",
      launchId: agent.launch.id,
      programName: "Probe",
      via: way.via,
      terminalId: shell.id,
      outcome: "ok",
    });
    await client.result("pty_kill", { terminal_id, signal: "KILL" });
  });

  test("another workspace's terminal is as unknown as one that does not exist, to every tool and resource", async () => {
    await using client = await TestClient.connect(product, way, agent.token);
    const { id, cellId } = foreign;
    const tools: [string, Record<string, unknown>][] = [
      ["pty_send_keys", { terminal_id: id, keys: "touch stolen" }],
      ["pty_capture", { terminal_id: id }],
      ["pty_kill", { terminal_id: id, signal: "KILL" }],
      ["cell_run", { terminal_id: id, code: "touch stolen" }],
      ["cell_fire", { terminal_id: id, code: "touch stolen" }],
      ["cell_interrupt", { terminal_id: id }],
      ["terminal_screen", { terminal_id: id }],
      ["cell_poll", { cell_id: cellId }],
    ];
    for (const [name, input] of tools) {
      const answer = await client.call(name, input);
      const error = name === "cell_poll" ? `Unknown cell: ${cellId}` : `Unknown terminal: ${id}`;
      expect([name, answer]).toEqual([
        name,
        { isError: true, value: expect.anything(), text: JSON.stringify({ error }) },
      ]);
      const said = (await callsOf(product)).at(-1);
      expect([name, said]).toEqual([name, expect.objectContaining({ tool: name, terminalId: id, outcome: "refused" })]);
    }
    const uri = uriOf(id);
    const { resources } = await client.client.listResources();
    expect(resources.map((each) => each.uri)).not.toContain(uri);
    await expect(client.client.readResource({ uri })).rejects.toThrow(`Resource not found: ${uri}`);
    if (way.protocol === "legacy") await expect(client.client.subscribeResource({ uri })).rejects.toThrow(/not found/i);
    const shell = await call(product, "terminals.get", { id });
    expect(shell).toMatchObject({ state: "running", heldCellId: null });
    expect((await call(product, "terminals.capture", { id, lines: 100 })).text).not.toContain("stolen");
  });

  test("is told nothing of another workspace's terminal, also when it asks for it", async () => {
    await using client = await TestClient.connect(product, { ...way, protocol: "auto" }, agent.token);
    const mine = await client.result<Created>("pty_create", { cmd: "cat" });
    const told: string[] = [];
    client.client.setNotificationHandler("notifications/resources/updated", ({ params }) => void told.push(params.uri));
    await client.client.listen({ resourceSubscriptions: [uriOf(foreign.id), uriOf(mine.terminal_id)] });
    await call(product, "cells.run", { terminalId: foreign.id, code: "echo noise" });
    await client.result("pty_send_keys", { terminal_id: mine.terminal_id, keys: "mine" });
    await eventually(
      () => told,
      (uris) => uris.includes(uriOf(mine.terminal_id)),
    );
    expect(new Set(told)).toEqual(new Set([uriOf(mine.terminal_id)]));
    await client.result("pty_kill", { terminal_id: mine.terminal_id, signal: "KILL" });
  });

  test("the person allows all terminals and takes it back, each effective with the next call of a client that stays", async () => {
    await using client = await TestClient.connect(product, way, agent.token);
    const capture = () => client.call("pty_capture", { terminal_id: foreign.id });
    expect((await capture()).isError).toBe(true);
    const allowed = await call(product, "launches.setReach", { id: agent.launch.id, reach: "all" });
    expect(allowed.reach).toBe("all");
    expect(await client.result("pty_capture", { terminal_id: foreign.id, lines: 100 })).toMatchObject({
      text: expect.stringContaining("the-secret-of-other"),
    });
    expect(await client.result("cell_poll", { cell_id: foreign.cellId })).toMatchObject({ status: "done" });
    expect((await client.client.listResources()).resources.map(({ uri }) => uri)).toContain(uriOf(foreign.id));
    await client.client.readResource({ uri: uriOf(foreign.id) });
    await call(product, "launches.setReach", { id: agent.launch.id, reach: "workspace" });
    expect((await capture()).isError).toBe(true);
    await expect(client.client.readResource({ uri: uriOf(foreign.id) })).rejects.toThrow(/not found/i);
  });

  test("the token is dead once the program has ended, for a client that is connected and for a new one", async () => {
    await using client = await TestClient.connect(product, way, agent.token);
    await client.result("pty_list");
    await call(product, "terminals.kill", { id: agent.terminal.id, force: true });
    await expect(client.call("pty_list")).rejects.toThrow();
    await expect(TestClient.connect(product, way, agent.token)).rejects.toThrow();
    expect((await callsOf(product)).at(-1)?.launchId).not.toBeNull();
  });
});

test("what the person allowed is kept when main is started again, and the program's address and token stay good", async () => {
  await call(product, "launches.setReach", { id: agent.launch.id, reach: "all" });
  const before = await call(product, "mcp.endpoint", {});
  expect(agent.url).toBe(before.url);
  await product.end("SIGKILL");
  await product.start();
  expect((await call(product, "mcp.endpoint", {})).url).toBe(before.url);
  await using client = await TestClient.connect(product, http, agent.token);
  expect(await client.result("pty_capture", { terminal_id: foreign.id })).toMatchObject({ state: "running" });
});

test("a terminal that a launch made stays within its reach when its workspace is another's", async () => {
  await using client = await TestClient.connect(product, http, agent.token);
  const mine = await call(product, "terminals.create", { command: "cat", owner: { parentId: agent.terminal.id } });
  expect(await client.result("pty_capture", { terminal_id: mine.id })).toMatchObject({ state: "running" });
});

test("a person's client without a token reaches everything; a wrong token makes nobody the person", async () => {
  await using client = await TestClient.connect(product, stdio);
  expect(await client.result("pty_capture", { terminal_id: foreign.id })).toMatchObject({ state: "running" });
  for (const token of ["x".repeat(43), "not a token", `${agent.token}x`]) {
    await expect(TestClient.connect(product, stdio, token)).rejects.toThrow();
  }
});

test("nothing that was typed, run or read is in the logs or the list of calls", async () => {
  await using client = await TestClient.connect(product, http, agent.token);
  const canary = "cAnArY-7391";
  const { terminal_id } = await client.result<Created>("pty_create", { cmd: "bash", env: { A: `${canary}-env` } });
  await client.result("cell_run", { terminal_id, code: `echo ${canary}-code` });
  await client.result("pty_send_keys", { terminal_id, keys: `echo ${canary}-keys` });
  await client.shows(terminal_id, `${canary}-keys`);
  await client.error("pty_kill", { terminal_id, signal: `${canary}-signal` });
  await client.call("pty_create", { cmd: `${canary}-cmd`, [`${canary}-key`]: 1 });
  await client.error("pty_capture", { terminal_id: `${canary}-id` });
  const log = readFileSync(join(product.home, "logs", "mcp.log"), "utf8");
  expect(log.split("\n").length).toBeGreaterThan(5);
  expect(log).toContain(agent.launch.id);
  const everything = [
    log,
    readFileSync(join(product.home, "logs", "main.log"), "utf8"),
    JSON.stringify(await callsOf(product)),
  ];
  for (const text of everything) {
    expect(text).not.toContain(canary);
    expect(text).not.toContain(agent.token);
  }
});

test("a launch says what it was started with: its program is told of the server only when the person wants it", async () => {
  const record = join(ownFolder, "arguments");
  writeFileSync(
    join(product.home, "agent-programs.toml"),
    `[told]\nname = "Told"\ncommand = ["/bin/sh", "-c", 'for a; do echo "$a"; done > ${record}; exec cat', "sh"]\nmcp = { arguments = ["--server={mcp-url}"] }\n` +
      `[untold]\nname = "Untold"\ncommand = ["cat"]\n`,
  );
  const { launch } = await call(product, "launches.start", {
    workspaceId: own,
    programId: "told",
    drivesTerminals: true,
  });
  expect(launch).toMatchObject({ drivesTerminals: true, reach: "workspace" });
  const { url } = await call(product, "mcp.endpoint", {});
  const read = () => {
    try {
      return readFileSync(record, "utf8");
    } catch {
      return "";
    }
  };
  expect(await eventually(read, (text) => text !== "")).toBe(`--server=${url}\n`);
  await expect(
    call(product, "launches.start", { workspaceId: own, programId: "untold", drivesTerminals: true }),
  ).rejects.toMatchObject({ code: "invalid_input" });
  const { programs } = await call(product, "programs.list", {});
  const drives = Object.fromEntries(programs.map(({ id, drivesTerminals }) => [id, drivesTerminals]));
  expect(drives).toMatchObject({ told: true, untold: false, claude: true, codex: true, aider: false });
  installProbe(product);
});

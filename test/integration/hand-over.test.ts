/** After an update: main of the new version with a terminal host of the one before, which is a real host from a copy of the sources. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type BrowserMode, startBrowserMode } from "#main/browser-mode.ts";
import { type ContractConnection, contractClient } from "#node/contract-client.ts";
import { version as ownVersion } from "#node/installation.ts";
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { type HostEvent, protocolVersion } from "#terminal-host/protocol.ts";
import { endMarked, eventually, isAlive } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

const root = resolve(import.meta.dirname, "../..");
let folder: TemporaryFolder;
let paths: CellarPaths;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = new TemporaryFolder("hand-over");
  vi.stubEnv("HOME", folder.path);
  environment = { ...process.env, CELLAR_HOME: folder.in("home"), XDG_RUNTIME_DIR: folder.path };
  paths = cellarPaths(environment);
  mkdirSync(paths.home, { recursive: true, mode: 0o700 });
});
afterEach(async () => {
  await endMarked(folder.path);
  vi.unstubAllEnvs();
  rmSync(paths.runtime, { recursive: true, force: true });
  folder[Symbol.dispose]();
});

/** A client without main, of a version that nobody hands over to. */
function client(more: { speaks?: readonly number[]; start?: boolean } = {}): TerminalHostClient {
  return new TerminalHostClient(paths, { name: "test", version: "0", events: true, ...more });
}

/** A host of an earlier version that holds this home, with a terminal in it. */
async function oldHost(protocol = protocolVersion) {
  const installed = folder.in("before");
  for (const part of ["shared", "node", "terminal-host"]) {
    cpSync(join(root, "src", part), join(installed, "src", part), { recursive: true });
  }
  for (const name of ["node_modules", "resources"]) symlinkSync(join(root, name), join(installed, name));
  const description = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  writeFileSync(join(installed, "package.json"), JSON.stringify({ ...description, version: "0.0.1" }));
  const declaring = join(installed, "src/node/host-protocol.ts");
  const declared = readFileSync(declaring, "utf8");
  writeFileSync(declaring, declared.replace(`protocolVersion = ${protocolVersion};`, `protocolVersion = ${protocol};`));
  const entry = join(installed, "src/terminal-host/index.ts");
  const flags = ["--disable-warning=ExperimentalWarning"];
  const command = [...flags, entry];
  const host = spawn(process.execPath, command, { env: environment, stdio: "ignore" });
  const ended = once(host, "exit");
  // Its own client: any other would make it give way while it has no terminal.
  const { TerminalHostClient: Client } = (await import(
    join(installed, "src/terminal-host/client/index.ts")
  )) as typeof import("#terminal-host/client/index.ts");
  // The paths of its own version.
  const { cellarPaths: pathsBefore } = (await import(join(installed, "src/node/paths.ts"))) as {
    cellarPaths: typeof cellarPaths;
  };
  const old = new Client(pathsBefore(environment), { name: "test", version: "0", events: true, start: false });
  await eventually(
    () =>
      old.connect().then(
        () => true,
        () => false,
      ),
    Boolean,
  );
  const terminal = await old.call("terminals.create", { command: "read line; echo $line", cwd: folder.path });
  return { terminal, old, pid: host.pid!, ended, command };
}

test("main serves the old host's terminals until they end, and then has a host of its own version", async () => {
  const { terminal, old } = await oldHost();
  const before = (await old.call("host.info", {})).pid;
  old.close();
  vi.stubEnv("XDG_RUNTIME_DIR", folder.path);
  const main: BrowserMode = await startBrowserMode({
    paths,
    version: ownVersion(),
    rendererFolder: folder.in("none"),
    port: 0,
  });
  const connection: ContractConnection = (await contractClient(paths.mainSocket))!;
  const call = <Result>(path: string, input: unknown = {}) =>
    connection.call(path.split("."), input) as Promise<Result>;
  const look = client({ start: false });
  await look.connect();
  expect(await look.call("host.info", {})).toMatchObject({ pid: before, version: "0.0.1", liveTerminals: 1 });
  expect(await call("terminals.get", { id: terminal.id })).toMatchObject({ state: "running" });

  await call("terminals.write", { id: terminal.id, text: "last words\n" });
  look.close();
  const info = await eventually(
    async () => {
      const next = client({ start: false });
      await next.connect().catch(() => {});
      const known = next.status.state === "connected" ? await next.call("host.info", {}).catch(() => null) : null;
      next.close();
      return known;
    },
    (known) => known !== null && known.pid !== before,
    30_000,
  );
  expect(info).toMatchObject({ version: ownVersion() });
  // The old terminal's record, and new ones, are the new host's.
  const state = () => call<Terminal>("terminals.get", { id: terminal.id }).catch(() => null);
  expect(await eventually(state, (known) => known?.state === "succeeded")).toMatchObject({ exitCode: 0 });
  const made = await eventually(
    () => call<Terminal>("terminals.create", { command: "exit 0" }).catch(() => null),
    (terminal) => terminal !== null,
  );
  expect(made?.id).not.toBe(terminal.id);
  connection.close();
  main.quit();
  await main.ended;
});

test("an older protocol that is still known is spoken, also on a terminal's stream", async () => {
  const older = protocolVersion - 1;
  const { terminal, old } = await oldHost(older);
  const strict = client({ start: false });
  await expect(strict.connect()).rejects.toMatchObject({ code: "unavailable" });
  const bridging = client({ speaks: [older] });
  expect(await bridging.connect()).toMatchObject({ protocol: older });
  expect(await bridging.call("terminals.get", { id: terminal.id })).toMatchObject({ state: "running" });
  const stream = await bridging.openStream({ terminalId: terminal.id, size: null, focused: false });
  stream.close();
  bridging.close();
  strict.close();
  old.close();
});

describe("beside a host that cannot be spoken to", () => {
  let next: TerminalHostClient;
  let before: Awaited<ReturnType<typeof oldHost>>;
  const told: HostEvent[] = [];
  const known = (id = before.terminal.id) => next.call("terminals.get", { id });
  const settled = (wanted: object) =>
    eventually(
      () => known(),
      (terminal) => Object.entries(wanted).every(([key, value]) => terminal[key as keyof Terminal] === value),
      30_000,
    );
  beforeEach(async () => {
    before = await oldHost(protocolVersion - 1);
    next = client();
    told.length = 0;
    next.onEvent((event) => told.push(event));
    expect(await next.connect()).toMatchObject({ protocol: protocolVersion, version: ownVersion() });
  });
  afterEach(() => {
    next.close();
    before.old.close();
  });

  test("a new one serves new terminals at once, and lists the old one's until they end; then the old host is gone", async () => {
    expect(await known()).toMatchObject({ state: "running", olderVersion: "0.0.1", pid: before.terminal.pid });
    // In both at the same time: the new host has ended nothing of the old one's.
    const made = await next.call("terminals.create", { command: "echo new; exit 0", cwd: folder.path });
    await eventually(
      () => known(made.id),
      ({ state }) => state === "succeeded",
    );
    const { id } = before.terminal;
    const elsewhere = { code: "unavailable", message: expect.stringContaining("older Cellar (0.0.1)") };
    await expect(next.call("terminals.write", { id, text: "x" })).rejects.toMatchObject(elsewhere);
    await expect(next.openStream({ terminalId: id, size: null, focused: false })).rejects.toMatchObject(elsewhere);
    const fired = next.call("cells.fire", { terminalId: id, code: "x", limitSeconds: 1, via: "script" });
    await expect(fired).rejects.toMatchObject(elsewhere);
    await expect(next.call("terminals.remove", { id })).rejects.toMatchObject({ code: "conflict" });
    expect((await next.call("host.info", {})).liveTerminals).toBe(0);

    await before.old.call("terminals.write", { id, text: "last words\n" });
    const ended = await settled({ state: "succeeded", olderVersion: undefined });
    expect(ended.exitCode).toBe(0);
    expect((await next.call("terminals.capture", { id, lines: 10, tail: true })).text).toContain("last words");
    const stream = await next.openStream({ terminalId: id, size: null, focused: false });
    stream.close();
    expect(await before.ended).toEqual([0, null]);
    expect(told).toContainEqual(
      expect.objectContaining({ type: "terminal", terminal: expect.objectContaining({ id, state: "succeeded" }) }),
    );
    await next.call("terminals.remove", { id });
  });

  test("the old one's terminal is ended from the new one", async () => {
    await next.call("terminals.kill", { id: before.terminal.id, force: false });
    await settled({ olderVersion: undefined });
    expect(await known()).toMatchObject({ state: "cancelled" });
    expect(isAlive(before.terminal.pid!)).toBe(false);
    await before.ended;
  });

  test("the new one ends without touching what is in the old one, and the next one finds it again", async () => {
    await next.call("host.shutdown", { force: true });
    next.close();
    next = client();
    await next.connect();
    expect(await known()).toMatchObject({ state: "running", olderVersion: "0.0.1" });
    expect(isAlive(before.terminal.pid!)).toBe(true);
  });

  test("a death of the old one loses its terminals, and no others; and none of its protocol is started once more", async () => {
    const mine = await next.call("terminals.create", { command: "cat", cwd: folder.path });
    process.kill(before.pid, "SIGKILL");
    await settled({ state: "stream_lost", olderVersion: undefined });
    expect(await known(mine.id)).toMatchObject({ state: "running" });
    const again = spawn(process.execPath, before.command, { env: environment, stdio: "ignore" });
    expect(await once(again, "exit")).toEqual([0, null]);
    expect(await known(mine.id)).toMatchObject({ state: "running" });
  });
});

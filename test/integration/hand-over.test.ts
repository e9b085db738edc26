/** After an update: main of the new version with a terminal host of the one before, which is a real host from a copy of the sources. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type BrowserMode, startBrowserMode } from "#main/browser-mode.ts";
import { HandOver } from "#main/terminals/index.ts";
import { type ContractConnection, contractClient } from "#node/contract-client.ts";
import { version as ownVersion } from "#node/installation.ts";
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { RefusedByHost, TerminalHostClient } from "#terminal-host/client/index.ts";
import { protocolVersion } from "#terminal-host/protocol.ts";
import { endMarked, eventually } from "#test/product/processes.ts";
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
async function oldHost(protocol = protocolVersion): Promise<{ terminal: Terminal; old: TerminalHostClient }> {
  const installed = folder.in("before");
  for (const part of ["shared", "node", "terminal-host"]) {
    cpSync(join(root, "src", part), join(installed, "src", part), { recursive: true });
  }
  for (const name of ["node_modules", "resources"]) symlinkSync(join(root, name), join(installed, name));
  const description = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  writeFileSync(join(installed, "package.json"), JSON.stringify({ ...description, version: "0.0.1" }));
  const declaring = join(installed, "src/terminal-host/protocol.ts");
  const declared = readFileSync(declaring, "utf8");
  writeFileSync(declaring, declared.replace(`protocolVersion = ${protocolVersion};`, `protocolVersion = ${protocol};`));
  const entry = join(installed, "src/terminal-host/index.ts");
  const flags = ["--disable-warning=ExperimentalWarning"];
  spawn(process.execPath, [...flags, entry], { env: environment, stdio: "ignore" }).unref();
  // Its own client: any other would make it give way while it has no terminal.
  const { TerminalHostClient: Client } = (await import(
    join(installed, "src/terminal-host/client/index.ts")
  )) as typeof import("#terminal-host/client/index.ts");
  const old = new Client(paths, { name: "test", version: "0", events: true, start: false });
  await eventually(
    () =>
      old.connect().then(
        () => true,
        () => false,
      ),
    Boolean,
  );
  const terminal = await old.call("terminals.create", { command: "read line; echo $line", cwd: folder.path });
  return { terminal, old };
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
  const { terminal } = await oldHost(older);
  const strict = client({ start: false });
  await expect(strict.connect()).rejects.toBeInstanceOf(RefusedByHost);
  expect(strict.status).toMatchObject({ state: "refused", liveTerminals: 1 });
  const bridging = client({ start: false, speaks: [older] });
  expect(await bridging.connect()).toMatchObject({ protocol: older });
  expect(await bridging.call("terminals.get", { id: terminal.id })).toMatchObject({ state: "running" });
  const stream = await bridging.openStream({ terminalId: terminal.id, size: null, focused: false });
  stream.close();
  bridging.close();
  strict.close();
});

test("a host that cannot be spoken to is left until its terminals end, and then makes way", async () => {
  const { terminal, old } = await oldHost(protocolVersion - 1);
  const next = client();
  const none = { terminals: new Map<string, Terminal>(), onChange: () => () => {} };
  const failed = (error: unknown) => {
    throw error;
  };
  const handOver = new HandOver({ client: next, terminals: none, version: "0.1.0", failed, askAgainMs: 50 });
  await expect(next.connect()).rejects.toBeInstanceOf(RefusedByHost);
  expect(await old.call("terminals.get", { id: terminal.id })).toMatchObject({ state: "running" });
  await old.call("terminals.write", { id: terminal.id, text: "bye\n" });
  await eventually(
    () => next.status,
    ({ state }) => state === "connected",
    30_000,
  );
  expect(next.status).toMatchObject({ welcome: { protocol: protocolVersion, version: ownVersion() } });
  handOver.close();
  next.close();
  old.close();
});

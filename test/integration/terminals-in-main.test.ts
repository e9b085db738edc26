/** Terminals as main offers them: live lists, streams through main to a real host, and what is said when that host dies. */
import { once } from "node:events";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { type BrowserMode, startBrowserMode } from "#main/browser-mode.ts";
import { type ContractConnection, contractClient } from "#node/contract-client.ts";
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import { subprotocols, terminalPath, terminalProtocol, tokenOfFragment } from "#shared/connection.ts";
import type { HostStatus } from "#shared/contract/app.ts";
import type { LiveListEvent } from "#shared/contract/base.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { decodeHostFrame, encodeClientFrame, type HostFrame } from "#shared/terminals/stream.ts";
import { endMarked, eventually, isAlive } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

let folder: TemporaryFolder;
let paths: CellarPaths;
let mode: BrowserMode;
let client: ContractConnection;

beforeEach(async () => {
  folder = new TemporaryFolder("main");
  // Without the start files of the person who runs the tests.
  vi.stubEnv("HOME", folder.path);
  paths = cellarPaths({ ...process.env, CELLAR_HOME: folder.in("home") });
  mode = await startBrowserMode({ paths, version: "0.0.0", rendererFolder: folder.in("none"), port: 0 });
  client = (await contractClient(paths.mainSocket))!;
});

afterEach(async () => {
  client.close();
  mode.quit();
  await mode.ended;
  await endMarked(folder.path);
  vi.unstubAllEnvs();
  rmSync(paths.runtime, { recursive: true, force: true });
  folder[Symbol.dispose]();
});

async function call<Result>(path: string, input: unknown = {}): Promise<Result> {
  try {
    return (await client.call(path.split("."), input)) as Result;
  } catch (thrown) {
    throw client.problemOf(thrown);
  }
}

/** Reads a stream of the contract until an event is as wanted. */
async function until<Event>(path: string, wanted: (event: Event) => boolean): Promise<Event> {
  for await (const event of await call<AsyncIterable<Event>>(path)) if (wanted(event)) return event;
  throw new Error(`${path} ended`);
}

/** One that prints `ready` and then waits for lines. */
function reader(): Promise<Terminal> {
  return call<Terminal>("terminals.create", {
    command: "stty -echo; echo ready; while read line; do echo got $line; done",
  });
}

class Attached {
  readonly socket: WebSocket;
  readonly frames: HostFrame[] = [];
  /** The screen of the snapshot and everything after it. */
  text = "";

  constructor(terminalId: string) {
    const { origin, hash } = new URL(mode.url!);
    const path = terminalPath(terminalId, { size: { cols: 80, rows: 24 }, focused: true });
    this.socket = new WebSocket(
      origin.replace("http", "ws") + path,
      subprotocols(terminalProtocol, tokenOfFragment(hash)),
    );
    this.socket.on("message", (data: Buffer) => {
      const frame = decodeHostFrame(new Uint8Array(data));
      this.frames.push(frame);
      if (frame.type === "snapshot") this.text = Buffer.from(frame.screen).toString();
      if (frame.type === "data") this.text += Buffer.from(frame.bytes).toString();
    });
  }

  shows(text: string): Promise<unknown> {
    return eventually(
      () => this.text,
      (shown) => shown.includes(text),
    );
  }

  type(text: string): void {
    this.socket.send(encodeClientFrame({ type: "input", bytes: Buffer.from(text) }));
  }
}

describe("a terminal in a window", () => {
  test("is attached through main: a snapshot, then every byte, and what is typed arrives", async () => {
    const terminal = await reader();
    const first = new Attached(terminal.id);
    await first.shows("ready");
    expect(first.frames[0]?.type).toBe("snapshot");
    first.type("one\n");
    await first.shows("got one");
    const second = new Attached(terminal.id);
    await second.shows("got one");
    second.type("two\n");
    await Promise.all([first.shows("got two"), second.shows("got two")]);
    first.socket.close();
    second.socket.close();
  });

  test("that is unknown is refused with its code", async () => {
    const attached = new Attached("term-00000000");
    const [code] = (await once(attached.socket, "close")) as [number];
    expect(code).toBe(4404);
  });

  test("appears in the live list, changes, and goes", async () => {
    const events = await call<AsyncGenerator<LiveListEvent<Terminal>>>("terminals.watch");
    expect((await events.next()).value).toEqual({ type: "all", items: [] });
    const { id } = await call<Terminal>("terminals.create", { command: "exit 3" });
    const states = new Set<string>();
    for await (const event of events) {
      if (event.type === "changed" && event.item.id === id) states.add(event.item.state);
      if (event.type === "changed" && event.item.state === "failed") {
        expect(event.item.exitCode).toBe(3);
        break;
      }
    }
    expect(await call<Terminal[]>("terminals.list", { state: "failed" })).toHaveLength(1);
    expect(await call<Terminal[]>("terminals.list", { state: "running" })).toHaveLength(0);
    const gone = until<LiveListEvent<Terminal>>("terminals.watch", ({ type }) => type === "removed");
    await call("terminals.remove", { id });
    expect(await gone).toEqual({ type: "removed", id });
  });

  test("starts in the folder of its workspace, and ends with the workspace's deletion", async () => {
    const work = folder.in("work");
    mkdirSync(work);
    const { id: workspaceId } = await call<Workspace>("workspaces.create", {
      source: work,
      mode: "in-place",
      name: "work",
    });
    await until<LiveListEvent<Workspace>>(
      "workspaces.watch",
      (event) =>
        event.type !== "removed" &&
        [event].flatMap((e) => (e.type === "all" ? e.items : [e.item])).some(({ state }) => state === "ready"),
    );
    const terminal = await call<Terminal>("terminals.create", { command: "sleep 1000", owner: { workspaceId } });
    expect(realpathSync(terminal.cwd!)).toBe(realpathSync(work));
    const { planId, terminals } = await call<{ planId: string; terminals: { id: string }[] }>("workspaces.planDelete", {
      id: workspaceId,
    });
    expect(terminals.map(({ id }) => id)).toEqual([terminal.id]);
    await call("workspaces.delete", { planId });
    await until<LiveListEvent<Workspace>>("workspaces.watch", (event) =>
      event.type === "all" ? event.items.length === 0 : event.type === "removed",
    );
    expect(isAlive(terminal.pid!)).toBe(false);
    expect(await call("terminals.list")).toEqual([]);
    await expect(call("terminals.create", { owner: { workspaceId } })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("when the terminal host", () => {
  const connected = () => until<HostStatus>("app.watchHost", ({ state }) => state === "connected");

  test("is killed, another is started, and its terminals are lost, not running", async () => {
    const { pid } = await connected();
    const terminal = await reader();
    const attached = new Attached(terminal.id);
    await attached.shows("ready");
    const closed = once(attached.socket, "close");
    process.kill(pid!, "SIGKILL");
    expect(((await closed) as [number])[0]).toBe(4503);
    const next = await until<HostStatus>(
      "app.watchHost",
      (status) => status.state === "connected" && status.pid !== pid,
    );
    expect(next.pid).not.toBe(pid);
    const [lost] = await eventually(
      () => call<Terminal[]>("terminals.list"),
      (list) => list.some(({ state }) => state === "stream_lost"),
    );
    expect(lost).toMatchObject({ id: terminal.id, state: "stream_lost" });
    expect((await reader()).state).toBe("running");
  });

  test("keeps dying, it is left alone, said to be lost, and started again when asked", async () => {
    const terminal = await reader();
    for (let deaths = 0; deaths < 5; deaths++) {
      const { pid } = await connected();
      process.kill(pid!, "SIGKILL");
      await until<HostStatus>("app.watchHost", (status) => status.pid !== pid);
    }
    await until<HostStatus>("app.watchHost", ({ state }) => state === "lost");
    expect(await call<Terminal[]>("terminals.list")).toMatchObject([{ id: terminal.id, state: "stream_lost" }]);
    expect(await call<HostStatus>("app.restartHost")).toMatchObject({ state: "connected" });
    expect((await reader()).state).toBe("running");
  });

  test("outlives main: the next main has the same terminals", async () => {
    const terminal = await reader();
    client.close();
    mode.quit();
    await mode.ended;
    expect(isAlive(terminal.pid!)).toBe(true);
    mode = await startBrowserMode({ paths, version: "0.0.0", rendererFolder: join(paths.home, "none"), port: 0 });
    client = (await contractClient(paths.mainSocket))!;
    expect(await call<Terminal[]>("terminals.list")).toMatchObject([
      { id: terminal.id, pid: terminal.pid, state: "running" },
    ]);
    const attached = new Attached(terminal.id);
    await attached.shows("ready");
    attached.type("again\n");
    await attached.shows("got again");
    attached.socket.close();
  });
});

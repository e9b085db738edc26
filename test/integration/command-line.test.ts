/** `cellar` as scripts use it: one main per home, results as JSON, failures with their exit codes, nothing left behind. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { eventually, isAlive } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

const program = resolve(import.meta.dirname, "../../resources/bin/cellar");

type Said = { code: number; out: string; err: string };
type Ready = { url: string; pid: number; home: string };

let product: Product;
beforeEach(() => {
  product = new Product();
});
afterEach(() => product[Symbol.asyncDispose]());

function cellar(args: string[], input?: string): Promise<Said> {
  return new Promise((settle) => {
    const child = execFile(program, args, { env: product.environment, timeout: 60_000 }, (error, out, err) => {
      settle({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end(input ?? "");
  });
}

/** One in the background, with its first line. */
async function serve(): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = spawn(program, ["serve"], { env: product.environment, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, ready: JSON.parse(line) as Ready };
}

function problemOf(said: Said): { code: string; message: string } {
  expect(said.out).toBe("");
  expect(said.err.trim().split("\n")).toHaveLength(1);
  return JSON.parse(said.err) as { code: string; message: string };
}

describe("cellar serve", () => {
  test("says in one line where it is, and ends with its socket on Ctrl-C", async () => {
    const { child, ready } = await serve();
    expect(Object.keys(ready)).toEqual(["url", "pid", "home"]);
    expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    expect(ready).toMatchObject({ pid: child.pid, home: product.home });
    const { mainSocket } = cellarPaths(product.environment);
    expect(statSync(mainSocket).mode & 0o777).toBe(0o600);
    child.kill("SIGINT");
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(statSync(mainSocket, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("a second one finds the first, says so, and starts nothing", async () => {
    const { child, ready } = await serve();
    const second = await cellar(["serve"]);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.out)).toEqual(ready);
    expect(second.err).toContain(`pid ${child.pid}`);
    child.kill("SIGINT");
    await once(child, "exit");
  });

  test("of ten at once, one serves", async () => {
    const all = await Promise.all(Array.from({ length: 10 }, serve));
    const pids = new Set(all.map(({ ready }) => ready.pid));
    expect(pids.size).toBe(1);
    const [pid] = pids;
    await Promise.all(
      all.filter(({ child }) => child.pid !== pid && child.exitCode === null).map(({ child }) => once(child, "exit")),
    );
    const main = all.find(({ child }) => child.pid === pid)!.child;
    main.kill("SIGTERM");
    await once(main, "exit");
  });

  test("starts again over what a kill -9 left", async () => {
    const first = await serve();
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    expect(statSync(cellarPaths(product.environment).mainSocket).isSocket()).toBe(true);
    const second = await serve();
    expect(second.ready.pid).not.toBe(first.ready.pid);
    expect(JSON.parse((await cellar(["call", "app.info"])).out)).toMatchObject({ pid: second.ready.pid });
    second.child.kill("SIGINT");
    await once(second.child, "exit");
  });

  test("refuses a port that is taken or none, leaving nothing", async () => {
    const other = new Product();
    try {
      await other.start();
      const taken = await cellar(["serve", "--port", new URL(other.url).port]);
      expect(taken.code).toBe(1);
      expect(problemOf(taken)).toMatchObject({ code: "conflict" });
      for (const port of ["-1", "65536", "x", "1.5"]) {
        expect(problemOf(await cellar(["serve", `--port=${port}`]))).toMatchObject({ code: "invalid_input" });
      }
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});

describe("cellar call", () => {
  test("starts Cellar when there is none, and calls it from then on", async () => {
    const first = await cellar(["call", "app.info"]);
    expect(first).toMatchObject({ code: 0, err: "" });
    const { pid, home } = JSON.parse(first.out) as Ready;
    expect(home).toBe(product.home);
    expect(JSON.parse((await cellar(["call", "app.info", "{}"])).out)).toMatchObject({ pid });
    expect(await cellar(["call", "app.quit"])).toMatchObject({ code: 0, out: "{}\n" });
    await eventually(
      () => isAlive(pid),
      (alive) => !alive,
    );
  });

  test("reads its input from the argument or standard input, and prints JSON", async () => {
    expect(await cellar(["call", "settings.change", "-"], '{"theme":"dark"}')).toMatchObject({ code: 0 });
    const { out } = await cellar(["call", "settings.get"]);
    expect(JSON.parse(out)).toMatchObject({ settings: { theme: "dark" } });
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(product.home, "settings.json"), "utf8"))).toEqual({ theme: "dark" });
    await cellar(["call", "app.quit"]);
  });

  test("prints a stream as JSON lines until there are enough, or until Ctrl-C", async () => {
    const some = await cellar(["call", "--lines", "1", "workspaces.watch"]);
    expect(some).toMatchObject({ code: 0, out: '{"type":"all","items":[]}\n' });
    const child = spawn(program, ["call", "settings.watch"], {
      env: product.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    expect(JSON.parse(String((await once(lines, "line"))[0]))).toMatchObject({ settings: { theme: "system" } });
    const next = once(lines, "line");
    await cellar(["call", "settings.change", '{"theme":"light"}']);
    expect(JSON.parse(String((await next)[0]))).toMatchObject({ settings: { theme: "light" } });
    child.kill("SIGINT");
    expect((await once(child, "exit"))[0]).toBe(0);
    await cellar(["call", "app.quit"]);
  });

  test("exits with the code its help promises", async () => {
    const folder = join(product.folder.path, "folder");
    mkdirSync(folder);
    const create = { source: folder, mode: "in-place", name: "twice" };
    const cases: [string[], number, string][] = [
      [["call", "settings.change", '{"theme":3}'], 2, "invalid_input"],
      [["call", "settings.change", "{"], 2, "invalid_input"],
      [["call", "no.such"], 3, "not_found"],
      [["call", "terminals.get", '{"id":"term-00000000"}'], 3, "not_found"],
      [["call", "app.pickFolder"], 5, "unavailable"],
      [["call", "app.openLink", '{"url":"file:///etc/passwd"}'], 6, "refused"],
      [["call", "app.saveLayout", "-"], 8, "too_large"],
      [["call"], 2, "invalid_input"],
      [["call", "a", "b", "c"], 2, "invalid_input"],
      [["call", "--lines", "0", "app.info"], 2, "invalid_input"],
      [["nonsense"], 2, "invalid_input"],
      [["serve", "--nonsense"], 2, "invalid_input"],
    ];
    for (const [args, exitCode, code] of cases) {
      const input = args.includes("-") ? JSON.stringify({ layout: "x".repeat(2_000_000) }) : "";
      const said = await cellar(args, input);
      expect([args, said.code, problemOf(said).code]).toEqual([args, exitCode, code]);
    }
    await cellar(["call", "workspaces.create", JSON.stringify(create)]);
    const again = await cellar(["call", "workspaces.create", JSON.stringify(create)]);
    expect([again.code, problemOf(again).code]).toEqual([4, "conflict"]);
    await cellar(["call", "app.quit"]);
  });

  test("says so when Cellar ends in the middle of a stream", async () => {
    await cellar(["call", "app.info"]);
    const watching = cellar(["call", "app.watchHost"]);
    await eventually(
      async () => JSON.parse((await cellar(["call", "--lines", "1", "app.watchHost"])).out) as { state: string },
      ({ state }) => state === "connected",
    );
    await cellar(["call", "app.quit"]);
    const said = await watching;
    expect(said.code).toBe(5);
    expect(JSON.parse(said.err)).toMatchObject({ code: "unavailable" });
  });
});

test("help and version need no Cellar, and start none", async () => {
  const help = await cellar(["--help"]);
  expect(help).toMatchObject({ code: 0, err: "" });
  expect(help.out).toContain("cellar call");
  expect((await cellar(["call", "--help"])).out).toContain("cellar call [options] <procedure> [input]");
  expect(await cellar(["help", "call"])).toEqual(await cellar(["call", "--help"]));
  expect((await cellar(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(product.processes()).toEqual([]);
});

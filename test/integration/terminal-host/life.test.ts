/** A terminal from its making to long after its end: name, size, log, screen, search, restart, removal. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, isAlive } from "#test/product/processes.ts";
import { TestHost } from "#test/product/terminal-host.ts";

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start();
});
afterAll(() => host[Symbol.asyncDispose]());

function filesOf(id: string): string[] {
  return readdirSync(host.paths.terminals)
    .filter((name) => name.startsWith(id))
    .sort();
}

describe("names", () => {
  test("are unique among the living, also when two ask at once, and free again after the end", async () => {
    const twice = await Promise.allSettled([host.create("cat", { name: "one" }), host.create("cat", { name: "one" })]);
    expect(twice.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = twice.find((result) => result.status === "rejected") as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ code: "conflict", message: "Terminal already exists: one" });
    const made = twice.find((result) => result.status === "fulfilled")!.value;
    const other = await host.create("cat");
    const rename = (name: string | null) => host.client.call("terminals.rename", { id: other.id, name });
    await expect(rename("one")).rejects.toMatchObject({ code: "conflict" });
    await host.client.call("terminals.kill", { id: made.id, force: true });
    expect((await rename("one")).name).toBe("one");
    expect((await rename(null)).name).toBeNull();
    await host.client.call("terminals.kill", { id: other.id, force: true });
  });
});

describe("environment", () => {
  test("is the person's, with what was given, and without ours", async () => {
    const { id } = await host.create("env", { env: { GIVEN: "a value", HOME: null } });
    await host.ended(id);
    const { text } = await host.client.call("terminals.capture", { id, lines: 1000, tail: true });
    const said = new Map(text.split("\n").map((line) => line.split(/=(.*)/s) as [string, string]));
    expect(Object.fromEntries(said)).toMatchObject({
      TERM: "xterm-256color",
      COLORTERM: "truecolor",
      TERM_PROGRAM: "Cellar",
      GIVEN: "a value",
      CELLAR_TERMINAL_ID: id,
    });
    expect([...said.keys()].filter((name) => /^(CELLAR_|VITEST|NODE_OPTIONS|npm_|ELECTRON_)/.test(name))).toEqual([
      "CELLAR_TERMINAL_ID",
      "CELLAR_HOME",
    ]);
    // For `k`: where its host is, and the script itself, behind everything of the person's.
    expect(said.get("CELLAR_HOME")).toBe(host.paths.home);
    expect(said.get("PATH")).toMatch(/[^:]:[^:]*\/resources\/bin$/);
    expect(said.has("HOME")).toBe(false);
  });
});

describe("size", () => {
  test("is set by the client that has the focus, and the others are told", async () => {
    const { id } = await host.create("while :; do stty size; sleep 0.05; done", {
      size: { cols: 100, rows: 30 },
    });
    const first = await host.attach(id, { size: { cols: 80, rows: 20 } });
    expect(first.snapshot).toMatchObject({ cols: 80, rows: 20 });
    const second = await host.attach(id, { size: { cols: 60, rows: 15 } });
    expect(second.snapshot).toMatchObject({ cols: 80, rows: 20 });
    second.send({ type: "focus", focused: true });
    await first.until(() => first.text.includes("15 60"));
    expect(first.sizes).toEqual([{ cols: 60, rows: 15 }]);
    first.send({ type: "resize", cols: 70, rows: 17 });
    second.send({ type: "resize", cols: 61, rows: 16 });
    await first.until(() => first.text.includes("16 61"));
    expect(first.sizes.at(-1)).toEqual({ cols: 61, rows: 16 });
    // Who has set it is told too: the change has its place among the bytes.
    await second.until(() => second.sizes.length === first.sizes.length);
    expect(second.sizes).toEqual(first.sizes);
    first.send({ type: "focus", focused: true });
    await first.until(() => first.text.includes("17 70"));
    expect((await host.get(id)).size).toEqual({ cols: 70, rows: 17 });
    await host.client.call("terminals.kill", { id, force: true });
  });
});

describe("after the end", () => {
  test("log, counters, last line and screen can be read, by a later host too", async () => {
    const { id } = await host.create("seq 1 200000; printf 'the last \\033[31mline\\033[0m'");
    const ended = await host.ended(id);
    expect(ended).toMatchObject({ state: "succeeded", linesOut: 200_000, truncated: true, lastLine: "the last line" });
    const capture = { id, lines: 2, tail: true };
    expect((await host.client.call("terminals.capture", capture)).text).toBe("200000\nthe last \x1b[31mline\x1b[0m");
    await eventually(
      () => filesOf(id),
      (files) => files.includes(`${id}.screen`),
    );
    expect(filesOf(id)).toEqual([`${id}.log`, `${id}.screen`]);
    const statuses: string[] = [];
    host.client.onStatus(({ state }) => statuses.push(state));
    await host.client.call("host.shutdown", { force: true });
    await eventually(
      () => statuses.join(),
      (seen) => seen === "lost,starting,connected",
    );
    expect(await host.get(id)).toEqual(ended);
    expect(await host.client.call("terminals.capture", capture)).toMatchObject({
      text: "200000\nthe last \x1b[31mline\x1b[0m",
      truncated: true,
      linesOut: 200_000,
    });
    expect((await host.client.call("terminals.capture", { id, lines: 2, tail: false })).text).toBe("1\n2");
    const screen = await host.client.call("terminals.screen", { id });
    expect(screen.lines.slice(-2)).toEqual(["200000", "the last line"]);
    const viewer = await host.attach(id);
    await viewer.until(() => viewer.ended);
    expect(viewer.text).toMatch(/199999\r\n200000\r\nthe last .*line/);
    expect(viewer.offset).toBe(ended.bytesOut);
  });

  test("it can be restarted, from a final state only, and removed with all its files", async () => {
    const first = await host.create("echo $GIVEN; exit 4", {
      name: "again",
      env: { GIVEN: "kept" },
      size: { cols: 91, rows: 21 },
    });
    await host.ended(first.id);
    const second = await host.client.call("terminals.restart", { id: first.id });
    expect(second).toMatchObject({
      restartedFrom: first.id,
      name: "again",
      size: { cols: 91, rows: 21 },
      command: first.command,
    });
    expect(second.id).not.toBe(first.id);
    expect(await host.ended(second.id)).toMatchObject({ exitCode: 4, lastLine: "kept" });
    const living = await host.create("cat");
    const restart = host.client.call("terminals.restart", { id: living.id });
    await expect(restart).rejects.toThrow("cannot restart terminal in 'running' state; kill it first");
    await expect(host.client.call("terminals.remove", { id: living.id })).rejects.toMatchObject({ code: "conflict" });
    await host.client.call("terminals.kill", { id: living.id, force: true });
    await host.client.call("terminals.remove", { id: first.id });
    expect(filesOf(first.id)).toEqual([]);
    await expect(host.get(first.id)).rejects.toMatchObject({ code: "not_found" });
    await eventually(
      () => host.events,
      (events) => events.some((event) => event.type === "terminalRemoved" && event.id === first.id),
    );
  });
});

describe("the log", () => {
  test("keeps the newest output within its cap", async () => {
    await host.client.call("host.configure", { logMegabytes: 1 });
    const { id } = await host.create("seq 1 600000");
    const { bytesOut } = await host.ended(id);
    const log = `${host.paths.terminals}/${id}.log`;
    const kept = statSync(log).size + statSync(`${log}.1`).size;
    expect(bytesOut).toBeGreaterThan(4_000_000);
    expect(kept).toBeLessThanOrEqual(1024 * 1024);
    expect(kept).toBeGreaterThan(500 * 1024);
    expect((await host.client.call("terminals.capture", { id, lines: 1, tail: true })).text).toBe("600000");
    await host.client.call("host.configure", { logMegabytes: 64 });
    await host.client.call("terminals.remove", { id });
    expect(existsSync(`${log}.1`)).toBe(false);
  });

  test("is searched, newest first, and an endless expression does not stop the host", async () => {
    const { id } = await host.create(
      "for i in 1 2 3; do printf '\\033[3%dmneedle %d\\033[0m in hay\\n' $i $i; done; sleep 100",
    );
    const viewer = await host.attach(id);
    await viewer.until(() => viewer.text.includes("needle 3"));
    const search = (text: string, regex = false, limit = 10) =>
      host.client.call("terminals.search", { text, regex, limit });
    expect(await search("NEEDLE")).toEqual([]);
    const found = await search("needle");
    expect(found.map(({ line, text }) => [line, text])).toEqual([
      [3, "needle 3 in hay"],
      [2, "needle 2 in hay"],
      [1, "needle 1 in hay"],
    ]);
    expect(found[0]).toMatchObject({ terminalId: id, start: 0, end: 6 });
    expect(await search("needle \\d in", true, 1)).toEqual([expect.objectContaining({ line: 3, start: 0, end: 11 })]);
    await expect(search("(", true)).rejects.toMatchObject({ code: "invalid_input" });
    const endless = await host.create(`printf '%s!\\n' ${"a".repeat(40)}`);
    await host.ended(endless.id);
    const abort = new AbortController();
    const lost = host.client.call(
      "terminals.search",
      { text: "^(a+)+$", regex: true, limit: 10 },
      { signal: abort.signal },
    );
    expect((await host.get(id)).state).toBe("running");
    abort.abort();
    await expect(lost).rejects.toMatchObject({ code: "cancelled" });
    await host.client.call("terminals.kill", { id, force: true });
  });
});

test("a program that closes its descriptors before it exits has ended as it says, and not by a hang-up of ours", async () => {
  const { id } = await host.create("printf last; exec <&- >&- 2>&-; sleep 0.3; exit 5");
  expect(await host.ended(id)).toMatchObject({ state: "failed", exitCode: 5, lastLine: "last" });
});

test("input to an ended terminal is taken by nobody, without an error", async () => {
  const { id } = await host.create("true");
  await host.ended(id);
  expect(await host.client.call("terminals.write", { id, text: "hello" })).toEqual({ bytesWritten: 0 });
});

test("a host with nothing to do ends by itself, and not before", async () => {
  process.env["CELLAR_HOST_IDLE_MS"] = "200";
  await using idle = await TestHost.start();
  delete process.env["CELLAR_HOST_IDLE_MS"];
  const { id } = await idle.create("read line");
  const pid = await idle.pid();
  const viewer = await idle.attach(id);
  viewer.close();
  idle.client.close();
  // Neither client nor end: the terminal keeps it.
  await expect(
    eventually(
      () => isAlive(pid),
      (alive) => !alive,
      1_000,
    ),
  ).rejects.toThrow(/still not/);
  const client = idle.newClient();
  await client.call("terminals.write", { id, text: "\n" });
  await eventually(
    () => client.call("terminals.get", { id }),
    ({ state }) => state === "succeeded",
  );
  client.close();
  await eventually(
    () => isAlive(pid),
    (alive) => !alive,
  );
});

import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CellEvent } from "#shared/contract/cells.ts";
import { createCellEngine } from "./engine.ts";
import { Bench, type PtyTerminal } from "./pty-terminal.fixture.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

const bash = (options = {}): Promise<PtyTerminal> => bench.open(["bash"], { mode: "integration" }, options);
const poll = (terminal: PtyTerminal, id: string | null = null) => bench.engine.poll(terminal.id, "work", id);
const types = () => bench.events.map(({ type }) => type);

describe("the lock", () => {
  test("two hundred fires at once: one runs, the others get its id and send nothing", async () => {
    const terminal = await bash();
    const before = terminal.written;
    const code = "sleep 0.3; echo once";
    const all = await Promise.allSettled(Array.from({ length: 200 }, () => bench.fire(terminal, code)));
    const fired = all.filter((result) => result.status === "fulfilled");
    expect(fired).toHaveLength(1);
    const { id } = fired[0]!.value;
    for (const result of all) {
      if (result.status === "rejected") {
        expect(result.reason).toMatchObject({ code: "conflict", message: `active cell '${id}'` });
      }
    }
    expect(terminal.written - before).toBe(Buffer.byteLength(`\x1b[200~${code}\x1b[201~\r`));
    await bench.event("done");
    expect(bench.engine.output(id, 0, 100)).toEqual({ text: "once", totalLength: 4, complete: true });
  });

  test("a time limit never releases; polls say so, and only interrupt frees", async () => {
    const terminal = await bash();
    const { id } = await bench.fire(terminal, "sleep 30", 1, "k");
    expect(poll(terminal)).toMatchObject({ cellId: id, status: "running", ok: true, output: null });
    await bench.event("timeout");
    await expect(bench.fire(terminal, "echo no")).rejects.toThrow(`active cell '${id}'`);
    expect(poll(terminal)).toMatchObject({ cellId: id, status: "timeout", output: "", ok: true });
    expect(poll(terminal)).toMatchObject({ status: "timeout", output: "use k int or k kill", ok: false });
    expect(poll(terminal, id)).toMatchObject({ status: "timeout", output: "use k int or k kill", ok: false });
    expect(bench.engine.facts(terminal.id).heldCellId).toBe(id);
    expect(await bench.engine.interrupt(terminal.id)).toMatchObject({ id, state: "error", error: "interrupted" });
    expect(poll(terminal)).toMatchObject({ cellId: null, output: "no active cell on 'work'", ok: false });
    expect(poll(terminal, id)).toMatchObject({ cellId: id, status: "error", output: "interrupted", ok: true });
    expect(poll(terminal, id)).toMatchObject({ status: "error", output: "unknown cell", ok: false });
    expect((await bench.run(terminal, "echo free")).output).toBe("free");
    expect(types()).toEqual(["fired", "timeout", "interrupted", "fired", "done"]);
  });

  test("a run over its limit keeps the lock, and its first poll repeats the timeout", async () => {
    const terminal = await bash();
    const result = await bench.run(terminal, "sleep 30", 1);
    expect(result).toMatchObject({ state: "timeout", output: "" });
    expect(poll(terminal)).toMatchObject({ status: "timeout", output: "" });
    expect(poll(terminal)).toMatchObject({ status: "timeout", output: "use k int or k kill" });
  });

  test("a fire of k is handed out once, and holds off only k until then", async () => {
    const terminal = await bash();
    const { id } = await bench.fire(terminal, "echo one", 10, "k");
    await bench.event("done");
    await expect(bench.fire(terminal, "echo two", 10, "k")).rejects.toThrow(`active cell '${id}'`);
    expect((await bench.run(terminal, "echo window")).output).toBe("window");
    expect(poll(terminal)).toMatchObject({ cellId: id, status: "done", output: "one", ok: true, exitCode: 0 });
    expect(poll(terminal, id)).toMatchObject({ output: "unknown cell", ok: false });
    expect(bench.engine.output(id, 0, 10).text).toBe("one");
    await bench.fire(terminal, "echo two", 10, "k");
  });

  test("an interrupt from elsewhere ends a run as interrupted", async () => {
    const terminal = await bash();
    const running = bench.run(terminal, "sleep 30");
    await bench.event("fired");
    await bench.engine.interrupt(terminal.id);
    expect(await running).toMatchObject({ state: "error", error: "interrupted" });
  });

  test("an aborted run interrupts what it started", async () => {
    const terminal = await bash();
    const abort = new AbortController();
    const submission = { terminalId: terminal.id, code: "sleep 30", limitSeconds: 0, via: "k" } as const;
    const running = bench.engine.run(submission, abort.signal);
    await bench.event("fired");
    abort.abort();
    expect((await running).cell).toMatchObject({ state: "error", error: "interrupted" });
  });

  test("Ctrl-C that cannot be delivered keeps the lock", async () => {
    const terminal = await bash();
    const { id } = await bench.fire(terminal, "sleep 30");
    terminal.brokenWrites = true;
    await expect(bench.engine.interrupt(terminal.id)).rejects.toThrow("interrupt failed; use k kill");
    expect(bench.engine.held().map((cell) => cell.id)).toEqual([id]);
    terminal.brokenWrites = false;
  });

  test("what could not be sent at all leaves the terminal free", async () => {
    const terminal = await bash();
    terminal.brokenWrites = true;
    await expect(bench.fire(terminal, "echo x")).rejects.toThrow("send failed: the terminal takes no input");
    terminal.brokenWrites = false;
    expect((await bench.run(terminal, "echo y")).output).toBe("y");
  });

  test("a cell that is over before its write is known to be through is still fired first", async () => {
    const terminal = await bash();
    terminal.slowWrites = true;
    expect((await bench.run(terminal, "echo quick")).output).toBe("quick");
    expect((await bench.run(terminal, ")")).exitCode).toBe(2);
    expect(types()).toEqual(["fired", "done", "fired", "done"]);
  });

  test("a hook that cannot be started is refused before anything is sent", async () => {
    const terminal = await bench.open(["sh"], { mode: "hook", path: join(bench.folder, "none") });
    const before = terminal.written;
    await expect(bench.fire(terminal, "echo x")).rejects.toThrow(`hook not found: ${join(bench.folder, "none")}`);
    terminal.cellEnd = { mode: "hook", path: bench.folder };
    await expect(bench.fire(terminal, "echo x")).rejects.toThrow("hook not found");
    expect(terminal.written).toBe(before);
    expect(bench.engine.facts(terminal.id).heldCellId).toBeNull();
  });

  test("a limit of more days than a timer can hold does not end at once", async () => {
    const terminal = await bash();
    const { id } = await bench.fire(terminal, "sleep 0.2; echo end", 10_000_000);
    await bench.event("done");
    expect(bench.engine.get(id).state).toBe("done");
  });
});

describe("the end of things", () => {
  test("kill resolves a held cell as killed, then the terminal is closed", async () => {
    const terminal = await bash();
    const { id } = await bench.fire(terminal, "echo part; sleep 30");
    await terminal.kill();
    expect(bench.engine.get(id)).toMatchObject({ state: "error", error: "killed" });
    expect(types()).toEqual(["fired", "killed", "closed"]);
    await expect(bench.fire(terminal, "echo x")).rejects.toMatchObject({ code: "not_found" });
  });

  test("a shell that exits in its cell says so, and its output is kept", async () => {
    const terminal = await bash();
    const result = await bench.run(terminal, "echo bye; exit 3");
    expect(result).toMatchObject({ state: "error", error: "terminal ended (exit code 3) before the cell was done" });
    expect(result.output).toMatch(/^bye/);
    expect(types()).toEqual(["fired", "error", "closed"]);
  });

  test("after a crash of the host a held cell is an error: watcher died", async () => {
    const terminal = await bash();
    const { id } = await bench.fire(terminal, "sleep 30");
    // As a crash leaves it: nothing is resolved, and the next engine finds the store as it is.
    bench.engine.dispose();
    const next = createCellEngine({ store: bench.store, codeFolder: join(bench.folder, "code") });
    const events: CellEvent[] = [];
    next.onEvent((event) => events.push(event));
    expect(next.recover()).toMatchObject([{ id, state: "error", error: "watcher died" }]);
    expect(next.recover()).toEqual([]);
    expect(next.poll(terminal.id, "work", id)).toMatchObject({ output: "watcher died", ok: false });
    expect(events).toMatchObject([{ type: "error", cell: { id } }]);
  });

  test("no code file is left behind", async () => {
    const terminal = await bash();
    await bench.run(terminal, `: ${"x".repeat(10_000)}`);
    expect(readdirSync(join(bench.folder, "code"))).toEqual([]);
  });
});

test("output over the limit is cut and says so, and the cell still ends", async () => {
  await bench.dispose();
  bench = new Bench({ outputLimitBytes: 100_000 });
  const terminal = await bash();
  const result = await bench.run(terminal, "seq 1 200000; false");
  expect(result).toMatchObject({ state: "done", truncated: true, outputBytes: 100_000, exitCode: 1 });
  expect(result.output).toHaveLength(100_000);
  expect(result.output.startsWith("1\n2\n3\n")).toBe(true);
});

test("sixteen megabytes are complete, in order, readable in pieces", async () => {
  const terminal = await bash();
  const result = await bench.run(terminal, "seq 1 2000000", 60);
  expect(result).toMatchObject({ state: "done", truncated: false, outputBytes: 14_888_895 });
  const { text, totalLength } = bench.engine.output(result.id, 14_888_880, 100);
  expect([text, totalLength]).toEqual(["1999999\n2000000", 14_888_895]);
});

test("a hook program decides when a cell has ended, and is killed at the limit", async () => {
  const hook = join(bench.folder, "hook.sh");
  writeFileSync(hook, '#!/bin/sh\nwhile read -r line; do [ "$line" = "ready>" ] && exit 0; done\n');
  chmodSync(hook, 0o755);
  const program = `printf 'ready> '; while read -r line; do echo "did $line"; printf 'ready> '; done`;
  const terminal = await bench.open(["sh", "-c", program], { mode: "hook", path: hook });
  expect(await bench.run(terminal, "x")).toMatchObject({ state: "done", end: "hook", output: "did x" });
  expect(await bench.run(terminal, "y")).toMatchObject({ state: "done", output: "did y" });
});

test("notify is an event of its own, one line, and stands in the history in its place", async () => {
  const terminal = await bash();
  await bench.run(terminal, "echo first");
  bench.engine.notify(terminal.id, "half\nway\x1b", "test@k:1");
  await bench.run(terminal, "echo second");
  expect(bench.events).toContainEqual(
    expect.objectContaining({ type: "notify", message: "half way", from: "test@k:1", terminalId: terminal.id }),
  );
  expect(() => bench.engine.notify(terminal.id, "\n", "x")).toThrow("visible character");
  const bytes = Buffer.from(terminal.everything, "latin1");
  const shown = bench.engine
    .history(terminal.id, 0, bytes)
    .map((line) => (line.type === "output" ? line.text : line.event.type));
  expect(shown.filter((line) => !line.includes("$") && !line.includes("#"))).toEqual([
    "fired",
    "first",
    "done",
    "notify",
    "fired",
    "second",
    "done",
  ]);
});

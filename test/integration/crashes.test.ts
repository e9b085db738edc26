/** Promise: killing any one process at any moment never leaves a lie in the database. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { call, first } from "#test/product/call.ts";
import { eventually, isAlive } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

let product: Product;
beforeAll(async () => {
  const defect = resolve(import.meta.dirname, "../fixtures/defect.mjs");
  const environment = { NODE_OPTIONS: `--import=${defect}` };
  product = await Product.start({ environment });
});
afterAll(() => product[Symbol.asyncDispose]());

async function hostPid(): Promise<number> {
  const status = await eventually(
    () => first(product, "app.watchHost", {}),
    ({ state }) => state === "connected",
  );
  return status.pid!;
}

function parentOf(pid: number): number {
  return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }));
}

/** Whatever happens to it: it is about to be killed under these calls. */
function whatever(...calls: Promise<unknown>[]): void {
  for (const each of calls) each.catch(() => {});
}

async function someWork(): Promise<Terminal> {
  const [shell] = await Promise.all([
    call(product, "terminals.create", { argv: ["bash", "--norc", "-i"], cellEnd: { mode: "repeat" } }),
    call(product, "terminals.create", { command: "exit 3" }),
    call(product, "terminals.create", { command: "trap '' TERM HUP; sleep 1000" }),
  ]);
  whatever(
    call(product, "cells.fire", { terminalId: shell.id, code: "sleep 1000" }),
    call(product, "terminals.create", { command: "seq 100000; sleep 1000" }),
    call(product, "terminals.create", { command: "true" }),
  );
  return shell;
}

/** Says it runs and does not, or says it has ended and has not. */
function isLie({ state, pid }: Terminal): boolean {
  if (state === "running") return pid === null || !isAlive(pid);
  return state === "starting" || (pid !== null && isAlive(pid));
}

type Victim = "main" | "host" | "shell";
const victims: Victim[] = ["main", "host", "shell"];

test.each(Array.from({ length: 12 }, (_, n) => ({ victim: victims[n % 3]!, afterMs: (n * 37) % 120 })))(
  "killing the $victim $afterMs ms into the work",
  async ({ victim, afterMs }) => {
    const shell = await someWork();
    const oldHost = await hostPid();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (victim === "main") await product.end("SIGKILL");
    else process.kill(victim === "host" ? oldHost : shell.pid!, "SIGKILL");
    if (victim === "shell")
      await eventually(
        () => isAlive(shell.pid!),
        (alive) => !alive,
      );
    if (victim === "main") await product.start();
    if (victim === "host") await eventually(hostPid, (pid) => pid !== oldHost);

    const host = await hostPid();
    await eventually(
      async () => (await call(product, "terminals.list", {})).filter(isLie),
      (lies) => lies.length === 0,
    );
    const list = await call(product, "terminals.list", {});
    for (const { state, pid } of list) if (state === "running") expect(parentOf(pid!)).toBe(host);
    expect(list.find(({ id }) => id === shell.id)?.state).toBe(
      { main: "running", host: "stream_lost", shell: "failed" }[victim],
    );
    for (const { id, heldCellId, state } of list) {
      const held = (await call(product, "cells.list", { terminalId: id })).filter((cell) =>
        ["running", "timeout"].includes(cell.state),
      );
      expect(held.map((cell) => cell.id)).toEqual(heldCellId === null ? [] : [heldCellId]);
      if (heldCellId !== null) expect(state).toBe("running");
    }
    const { database, terminalsDatabase } = cellarPaths(product.environment);
    for (const path of [database, terminalsDatabase]) {
      const read = new Database(path, { readonly: true });
      expect(read.pragma("integrity_check", { simple: true }), path).toBe("ok");
      read.close();
    }
    await Promise.all(
      list
        .filter(({ state }) => state === "running")
        .map(({ id }) => call(product, "terminals.kill", { id, force: true })),
    );
  },
);

test("what nobody has caught in the host is a report, redacted, also when main comes only later; terminals do not notice", async () => {
  const { id } = await call(product, "terminals.create", { command: "cat" });
  const pid = await hostPid();
  await product.end("SIGKILL");
  process.kill(pid, "SIGUSR2");
  await product.start();
  const reports = () => first(product, "crashReports.watch", {}).then((state) => state.reports);
  const [report] = await eventually(reports, (all) => all.some((each) => each.process === "terminal host"));
  expect(report).toMatchObject({ process: "terminal host", title: "Error: nobody caught it, api_key=[redacted]" });
  expect(report!.text).toContain("uncaught exception");
  expect(report!.text).not.toContain("a-key-of-somebody");
  process.kill(pid, "SIGUSR2");
  await eventually(reports, ([again]) => again?.count === 2);
  expect(await hostPid()).toBe(pid);
  expect(await call(product, "terminals.get", { id })).toMatchObject({ state: "running" });
});

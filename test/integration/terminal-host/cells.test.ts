/** Cells through the host: submitted, told, stored, and lost with an explanation when the host dies. */
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { eventually } from "#test/product/processes.ts";
import { TestHost } from "#test/product/terminal-host.ts";

/** Without the start files of whoever runs the tests. */
const bash = { argv: ["bash", "-i"], env: { HOME: tmpdir() } };

test("a cell runs in a shell, its result and its events reach a client, and the shell says where it is", async () => {
  await using host = await TestHost.start();
  const { id } = await host.client.call("terminals.create", { ...bash, cwd: host.folder.path });
  const { cell, output } = await host.client.call("cells.run", {
    terminalId: id,
    code: "cd /tmp; echo a result; false",
    limitSeconds: 30,
    via: "script",
  });
  expect(cell).toMatchObject({ state: "done", exitCode: 1, end: "integration", error: null });
  expect(output.trim()).toBe("a result");
  const types = () => host.events.flatMap((event) => (event.type === "cell" ? [event.event.type] : []));
  await eventually(types, (seen) => seen.join() === "fired,done");
  await eventually(
    () => host.get(id),
    (terminal) => terminal.integrated && terminal.heldCellId === null && terminal.currentCwd === "/tmp",
  );
  expect(await host.client.call("cells.output", { id: cell.id, from: 2, length: 3 })).toMatchObject({
    text: "res",
    complete: true,
  });
}, 40_000);

test("a held cell shows in the terminal, survives its client, and holds the way its end is found", async () => {
  await using host = await TestHost.start();
  const { id } = await host.client.call("terminals.create", bash);
  const client = host.newClient();
  const held = await client.call("cells.fire", { terminalId: id, code: "sleep 1000", limitSeconds: 0, via: "window" });
  client.close();
  expect((await host.get(id)).heldCellId).toBe(held.id);
  const fire = host.client.call("cells.fire", { terminalId: id, code: "echo no", limitSeconds: 0, via: "window" });
  await expect(fire).rejects.toMatchObject({ code: "conflict", message: `active cell '${held.id}'` });
  const change = host.client.call("terminals.setCellEnd", { id, cellEnd: { mode: "repeat" } });
  await expect(change).rejects.toMatchObject({ code: "conflict" });
  const events: unknown[] = [];
  const later = host.newClient();
  later.onEvent((event) => events.push(event));
  await later.connect();
  await eventually(
    () => events[0],
    (first) => JSON.stringify(first ?? null).includes(held.id),
  );
  expect(await host.client.call("cells.interrupt", { terminalId: id })).toMatchObject({
    state: "error",
    error: "interrupted",
  });
  expect((await host.client.call("terminals.setCellEnd", { id, cellEnd: { mode: "repeat" } })).cellEnd).toEqual({
    mode: "repeat",
  });
}, 40_000);

test("a cell whose host died says so, and killing a terminal ends its cell as killed", async () => {
  await using host = await TestHost.start();
  const first = await host.client.call("terminals.create", bash);
  const lost = await host.client.call("cells.fire", {
    terminalId: first.id,
    code: "sleep 1000",
    limitSeconds: 0,
    via: "k",
  });
  process.kill(await host.pid(), "SIGKILL");
  await eventually(
    () => host.client.status.state,
    (state) => state !== "connected",
  );
  expect(await host.client.call("cells.get", { id: lost.id })).toMatchObject({ state: "error", error: "watcher died" });
  const second = await host.client.call("terminals.create", bash);
  const killed = await host.client.call("cells.fire", {
    terminalId: second.id,
    code: "sleep 1000",
    limitSeconds: 0,
    via: "k",
  });
  await host.client.call("terminals.kill", { id: second.id, force: true });
  expect(await host.client.call("cells.get", { id: killed.id })).toMatchObject({ state: "error", error: "killed" });
  await host.client.call("terminals.remove", { id: second.id });
  await expect(host.client.call("cells.get", { id: killed.id })).rejects.toMatchObject({ code: "not_found" });
}, 40_000);

test("a program without shell integration finds the end of a cell by its prompt", async () => {
  await using host = await TestHost.start();
  const { id, cellEnd } = await host.create("", { argv: ["python3", "-q", "-i"] });
  expect(cellEnd).toEqual({ mode: "repeat" });
  const { cell, output } = await host.client.call("cells.run", {
    terminalId: id,
    code: "print(6 * 7)",
    limitSeconds: 30,
    via: "mcp",
  });
  expect(cell).toMatchObject({ state: "done", end: "repeat" });
  expect(output.trim()).toBe("42");
}, 40_000);

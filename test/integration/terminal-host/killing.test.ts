/** A killed terminal leaves nothing behind, and its record says what happened. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, isAlive, processesMarked } from "#test/product/processes.ts";
import { TestHost } from "#test/product/terminal-host.ts";

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start();
});
afterAll(() => host[Symbol.asyncDispose]());

/** Starts a command that prints `ready`, and waits for that. */
async function started(command: string): Promise<string> {
  const { id } = await host.create(command);
  const viewer = await host.attach(id);
  await viewer.until(() => viewer.text.includes("ready"));
  viewer.close();
  return id;
}

function left(id: string) {
  return processesMarked(`CELLAR_TERMINAL_ID=${id}`);
}

test("children, sessions of their own and double forks are ended with it", async () => {
  const id = await started(
    "sleep 1000 & setsid sleep 1001 & (setsid sh -c 'sleep 1002 & sleep 1003' &) ; nohup sleep 1004 >/dev/null 2>&1 & sleep 0.2; echo ready; cat",
  );
  expect(left(id).length).toBeGreaterThanOrEqual(7);
  const killed = await host.client.call("terminals.kill", { id, force: false });
  expect(killed.state).toBe("cancelled");
  expect(left(id)).toEqual([]);
});

test("a process that left the session and cleared its environment is still found through its parents", async () => {
  const { id } = await host.create("env -i setsid sleep 4321 & echo ready; wait");
  const find = () => processesMarked("sleep 4321").filter(({ command }) => command === "sleep 4321");
  await eventually(find, (found) => found.length === 1);
  await host.client.call("terminals.kill", { id, force: false });
  expect(find()).toEqual([]);
});

test("what ignores SIGTERM and SIGHUP is killed after two seconds, with its children", async () => {
  const id = await started("trap '' TERM HUP; sh -c \"trap '' TERM HUP; echo ready; while :; do sleep 1; done\"");
  const begun = performance.now();
  const killed = await host.client.call("terminals.kill", { id, force: false });
  expect(performance.now() - begun).toBeGreaterThan(1_900);
  expect(killed).toMatchObject({ state: "cancelled", exitCode: -9 });
  expect(left(id)).toEqual([]);
});

test("force kills at once, also while a gentle kill is under way", async () => {
  const id = await started("trap '' TERM HUP; echo ready; while :; do sleep 1; done");
  const gentle = host.client.call("terminals.kill", { id, force: false });
  const begun = performance.now();
  await host.client.call("terminals.kill", { id, force: true });
  expect(performance.now() - begun).toBeLessThan(1_500);
  expect((await gentle).state).toBe("cancelled");
  expect(left(id)).toEqual([]);
});

test("an interactive shell, which ignores SIGTERM, does not take two seconds", async () => {
  const { id } = await host.create("", { argv: ["bash", "--norc", "-i"], env: { PS1: "ready" } });
  const viewer = await host.attach(id);
  await viewer.until(() => viewer.text.includes("ready"));
  const begun = performance.now();
  expect((await host.client.call("terminals.kill", { id, force: false })).state).toBe("cancelled");
  expect(performance.now() - begun).toBeLessThan(1_500);
});

test("a killed program is cancelled even when it ends with exit code 0", async () => {
  const id = await started("trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done");
  expect(await host.client.call("terminals.kill", { id, force: false })).toMatchObject({
    state: "cancelled",
    exitCode: 0,
  });
});

test("a stopped program ends too", async () => {
  const id = await started("echo ready; kill -STOP $$; cat");
  expect((await host.client.call("terminals.kill", { id, force: false })).state).toBe("cancelled");
});

test("killing an ended terminal ends what it left running, and changes nothing in its record", async () => {
  const { id } = await host.create("nohup sleep 5000 >/dev/null 2>&1 & sleep 0.3; exit 3");
  const ended = await host.ended(id);
  expect(ended).toMatchObject({ state: "failed", exitCode: 3 });
  const [survivor] = await eventually(
    () => left(id),
    (found) => found.length === 1,
  );
  await host.client.call("terminals.kill", { id, force: false });
  expect(isAlive(survivor!.pid)).toBe(false);
  expect(await host.get(id)).toEqual(ended);
});

test("exit codes and signals become states", async () => {
  const cases = [
    ["exit 0", "succeeded", 0],
    ["exit 7", "failed", 7],
    ["kill -INT $$", "failed", -2],
    ["kill -KILL $$", "failed", -9],
  ] as const;
  for (const [command, state, exitCode] of cases) {
    const { id } = await host.create(command);
    expect(await host.ended(id)).toMatchObject({ state, exitCode, pid: expect.any(Number) });
  }
});

test("what cannot be started is a clear failure and a failed record", async () => {
  const call = host.client.call.bind(host.client, "terminals.create");
  await expect(call({ argv: ["no-such-program"] })).rejects.toMatchObject({ code: "not_found" });
  await expect(call({ command: "   " })).rejects.toThrow("Command cannot be empty");
  await expect(call({ command: "true", cwd: host.folder.in("nowhere") })).rejects.toThrow(/no folder/);
  const records = await host.client.call("terminals.list", {});
  expect(records.slice(-3).map(({ state }) => state)).toEqual(["failed", "failed", "failed"]);
  expect(records.at(-1)!.lastLine).toMatch(/^spawn failed: There is no folder/);
});

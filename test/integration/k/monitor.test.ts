/** `km`: events from the engine (features 2.6, AT-19), its ends, and what a program prints that looks like one of them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { type Running, TestK } from "#test/product/k.ts";
import { eventually } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";

const k = new TestK();
beforeAll(async () => {
  if (!missing("bash", "perl")) await k.k("new", "s");
});
afterAll(() => k[Symbol.asyncDispose]());

type Event = { cell_id?: string; session: string; status: string; ts: string; message?: string; from?: string };

function events({ lines }: Running): Event[] {
  return lines.map((line) => JSON.parse(line) as Event);
}

/** A monitor that listens: its first message has been heard. */
async function monitor(...args: string[]): Promise<Running> {
  const running = k.start("km", args);
  await eventually(
    async () => {
      if (running.lines.length === 0) await k.k("notify", args[0]!, "listening");
      return running.lines.length;
    },
    (heard) => heard > 0,
  );
  running.lines.length = 0;
  return running;
}

function statuses(running: Running): string[] {
  return events(running)
    .filter(({ message }) => message !== "listening")
    .map(({ status }) => status);
}

describe.skipIf(missing("bash", "perl"))("km", () => {
  test("tells of every cell, also those of run, in agent-tty's form", async () => {
    const running = await monitor("s");
    const { cell_id: id } = await k.object("fire", "s", "echo hi");
    await running.line(/"done"/);
    const [fired, done] = running.lines.filter((line) => line.includes(String(id)));
    const ts = /"ts": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"\}$/;
    expect(fired).toMatch(ts);
    expect(fired!.replace(ts, "")).toBe(`{"cell_id": "${id}", "session": "s", "status": "fired", `);
    expect(done!.replace(ts, "")).toBe(`{"cell_id": "${id}", "session": "s", "status": "done", `);
    await k.k("poll", "s");
    running.lines.length = 0;
    await k.k("run", "s", "true");
    await k.k("notify", "s", "half\nway");
    const notify = JSON.parse(await running.line(/half/)) as Event;
    expect(notify).toMatchObject({ session: "s", status: "notify", message: "half way" });
    expect(notify.from).toMatch(process.platform === "linux" ? /^\S.*@k:\d+$/ : /^\?@k:\d+$/);
    expect(Object.keys(notify)).toEqual(["session", "status", "from", "message", "ts"]);
    expect(statuses(running)).toEqual(["fired", "done", "notify"]);
    running.child.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, err: "" });
  });

  test("tells timeout, interrupted, killed and error as well, and closed at the end", async () => {
    await k.k("new", "ends");
    const running = await monitor("ends");
    await k.k("fire", "-t", "1", "ends", "sleep 1000");
    await k.k("wait", "ends");
    await k.k("int", "ends");
    await k.k("fire", "ends", "sleep 1000");
    await k.k("kill", "ends");
    expect(await running.ended).toMatchObject({ code: 1, err: "" });
    expect(statuses(running)).toEqual(["fired", "timeout", "interrupted", "fired", "killed", "closed"]);
    await k.k("new", "ends");
    const second = await monitor("ends");
    await k.k("fire", "ends", "exit 2");
    expect((await second.ended).code).toBe(1);
    expect(events(second).filter(({ status }) => status === "error")).toMatchObject([
      { message: "terminal ended (exit code 2) before the cell was done" },
    ]);
    expect(statuses(second)).toEqual(["fired", "error", "closed"]);
  });

  test("-1 ends at the first end of a cell, whatever it is; a filter lets notify through", async () => {
    for (const [code, act, status] of [
      ["true", null, "done"],
      ["sleep 1000", "int", "interrupted"],
    ] as const) {
      const running = await monitor("s", "-1");
      await k.k("fire", "s", code);
      if (act) await k.k(act, "s");
      expect(await running.ended).toMatchObject({ code: 0, err: "" });
      expect(statuses(running)).toEqual(["fired", status]);
      await k.k("poll", "s");
    }
    const { cell_id: id } = await k.object("fire", "-t", "1", "s", "sleep 1000");
    const awaiting = k.start("km", ["s", "-1", String(id)]);
    const filtered = await monitor("s", "000000000000", String(id));
    expect((await awaiting.ended).code).toBe(0);
    expect(statuses(awaiting)).toEqual(["timeout"]);
    await k.k("int", "s");
    await k.k("run", "s", "true");
    await k.k("notify", "s", "passes");
    await filtered.line(/passes/);
    expect(statuses(filtered).slice(-2)).toEqual(["interrupted", "notify"]);
    filtered.child.kill("SIGINT");
    expect(await filtered.ended).toMatchObject({ code: 0, err: "" });
  });

  test("tells at once of a cell that had ended before, also with its session", async () => {
    await k.k("new", "past");
    const { cell_id: done } = await k.object("fire", "past", "true");
    await k.k("wait", "past");
    const { cell_id: killed } = await k.object("fire", "past", "sleep 1000");
    expect((await k.run("km", ["past", String(done), "-1"])).out).toMatch(/^\{.*"status": "done".*\}\n$/);
    await k.k("kill", "past");
    const said = await k.run("km", ["past", String(killed), "-1"]);
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/^\{.*"status": "killed".*\}\n$/);
    const after = await k.run("km", ["past", String(killed)]);
    expect(after.out).toMatch(/"killed".*\n.*"closed".*\n$/);
    expect(after.code).toBe(1);
    const unknown = await k.run("km", ["s", "0123456789ab", "-1"]);
    expect(unknown).toMatchObject({ code: 1, out: expect.stringContaining('"message": "unknown cell"') as string });
  });

  test("a forged marker changes nothing", async () => {
    const running = await monitor("s");
    const forged = ["── cell:0123456789ab done ──", "── cell:0123456789ab fired ──", "── notify [sh@k:1] forged ──"];
    const shown = await k.k("run", "s", forged.map((line) => `echo '${line}'`).join("; "));
    expect(shown).toBe(`${forged.join("\n")}\n`);
    await k.k("notify", "s", "true message");
    await running.line(/true message/);
    expect(statuses(running)).toEqual(["fired", "done", "notify"]);
    running.child.kill("SIGTERM");
    await running.ended;
  });

  test("refuses what it does not understand, on standard error", async () => {
    expect(await k.run("km", ["a b"])).toMatchObject({ code: 1, out: "", err: "km: invalid session name: 'a b'\n" });
    expect(await k.run("km", ["."])).toMatchObject({ code: 1, err: "km: invalid session name: '.'\n" });
    for (const word of ["0123456789AB", "0123456789a", "0123456789abc", "-2", "", "x y"]) {
      expect(await k.run("km", ["s", word])).toMatchObject({ code: 1, out: "", err: `unknown arg: ${word}\n` });
    }
    const missing = await k.run("km", ["gone"]);
    expect(missing.code).toBe(1);
    expect(missing.out).toMatch(/^\{"session": "gone", "status": "error", "message": "no session 'gone'", "ts": /);
    const usage = await k.run("km", []);
    expect(usage).toMatchObject({ code: 0, err: "" });
    expect(usage.out).toMatch(/^km -- /);
    expect((await k.run("km", ["--help"])).out).toBe(usage.out);
  });

  test("a pipe whose reader has gone ends it without a sound", async () => {
    const watching = k.start("km", ["s"]);
    watching.child.stdout!.destroy();
    await eventually(
      async () => {
        await k.k("notify", "s", "anybody?");
        return watching.child.exitCode ?? watching.child.signalCode;
      },
      (code) => code !== null,
    );
    expect((await watching.ended).err).toBe("");
  });

  test("comes back after the host was killed, and ends clearly: the cell's fate, and closed", async () => {
    await using other = new TestK();
    await other.k("new", "s");
    const { cell_id: id } = await other.object("fire", "s", "sleep 1000");
    const all = other.start("km", ["s"]);
    const one = other.start("km", ["s", String(id), "-1"]);
    const run = other.start("k", ["run", "-j", "s", "true"]);
    expect((await run.ended).out).toMatch(/active cell/);
    await other.k("new", "t");
    const lost = other.start("k", ["run", "-j", "t", "sleep 1000"]);
    await eventually(
      () => other.k("poll", "t"),
      (said) => said.includes("running"),
    );
    const client = await TerminalHostClient.connect(cellarPaths(other.environment), {
      name: "test",
      version: "0",
      events: false,
    });
    const { pid, clients } = await client.call("host.info", {});
    client.close();
    expect(clients).toBe(1);
    process.kill(pid, "SIGKILL");
    expect(await lost.ended).toMatchObject({
      code: 1,
      out: '{"status": "error", "output": "the terminal host has ended"}\n',
    });
    expect(await all.ended).toMatchObject({ code: 1, err: "" });
    expect(await one.ended).toMatchObject({ code: 0, err: "" });
    expect(
      events(all)
        .map(({ status }) => status)
        .at(-1),
    ).toBe("closed");
    expect(events(one)).toMatchObject([{ cell_id: id, status: "error", message: "watcher died" }]);
    expect(await other.k("poll", "s", String(id))).toBe(
      `{"cell_id": "${id}", "status": "error", "output": "watcher died"}\nexit 1\n`,
    );
    expect(await other.k("history", "t")).toMatch(/sleep 1000/);
  }, 60_000);
});

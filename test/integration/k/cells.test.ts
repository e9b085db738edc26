/** Cells through `k`: their life, their objects and exit codes (features 2.3 to 2.5), and what `k` can do beyond agent-tty. */
import { chmodSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestK } from "#test/product/k.ts";
import { eventually } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";

const k = new TestK();
beforeAll(async () => {
  if (!missing("bash", "perl")) await k.k("new", "s");
});
afterAll(() => k[Symbol.asyncDispose]());

/** The object without its id, and with the duration as a word. */
function line(text: string): string {
  return text.replace(/"[0-9a-f]{12}"/g, '"ID"').replace(/"duration_ms": [0-9.]+/, '"duration_ms": MS');
}
const done = (output: string, exitCode: number | null = 0) =>
  `{"cell_id": "ID", "status": "done", "output": ${JSON.stringify(output)}, "exit_code": ${exitCode}, "duration_ms": MS, "truncated": false}\n`;

describe.skipIf(missing("bash", "perl"))("a cell", () => {
  test("runs, and is told in text or as Python prints JSON", async () => {
    expect(await k.k("run", "s", "echo hello")).toBe("hello\n");
    expect(await k.k("run", "s", "true")).toBe("\n");
    const out = line(await k.k("run", "-j", "s", `printf 'é "q" \\\\ \\t x\\n  in\\n\\nend\\n'; false`));
    expect(out).toBe(done('é "q" \\ \t x\n  in\n\nend', 1));
  });

  test("fired, running, done: fetched once", async () => {
    const fired = await k.k("fire", "s", "read -r line; echo got $line");
    expect(line(fired)).toBe('{"cell_id": "ID", "status": "fired"}\n');
    const { cell_id: id } = JSON.parse(fired) as { cell_id: string };
    expect(await k.k("poll", "s")).toBe(`{"cell_id": "${id}", "status": "running"}\n`);
    expect(await k.k("poll", "s", id)).toBe(`{"cell_id": "${id}", "status": "running"}\n`);
    const busy = `{"status": "error", "output": "active cell '${id}'"}\nexit 1\n`;
    expect(await k.k("fire", "s", "echo no")).toBe(busy);
    expect(await k.k("run", "-j", "s", "echo no")).toBe(busy);
    expect(await k.k("run", "s", "echo no")).toBe(`active cell '${id}'\nexit 1\n`);
    const waiting = k.k("wait", "s");
    expect(await k.k("send", "s", "it")).toBe("OK\n");
    expect(line(await waiting)).toBe(done("it\ngot it"));
    // Fetched by wait: by its id it can be waited for again, and polled no more.
    expect(line(await k.k("wait", "s", id))).toBe(done("it\ngot it"));
    expect(await k.k("poll", "s", id)).toBe(
      `{"cell_id": "${id}", "status": "error", "output": "unknown cell"}\nexit 1\n`,
    );
    expect(await k.k("poll", "s")).toBe('{"status": "error", "output": "no active cell on \'s\'"}\nexit 1\n');
  });

  test("that is done but was not fetched keeps the session, until it is", async () => {
    const { cell_id: id } = await k.object("fire", "s", "echo kept");
    const monitor = await k.run("km", ["s", String(id), "-1"]);
    expect(monitor.code).toBe(0);
    expect(await k.k("run", "s", "true")).toBe(`active cell '${id}'\nexit 1\n`);
    expect(await k.object("poll", "s")).toMatchObject({ cell_id: id, status: "done", output: "kept" });
    expect(await k.k("run", "s", "echo free")).toBe("free\n");
  });

  test("over its limit frees nothing: only int does, and its object comes by id, with exit code 0", async () => {
    const { cell_id: id } = await k.object("fire", "-t", "1", "s", "sleep 1000");
    expect(await k.k("wait", "s")).toBe(`{"cell_id": "${id}", "status": "timeout", "output": ""}\n`);
    const later = `{"cell_id": "${id}", "status": "timeout", "output": "use k int or k kill"}\nexit 1\n`;
    expect(await k.k("poll", "s")).toBe(later);
    expect(await k.k("poll", "s", String(id))).toBe(later);
    expect(await k.k("run", "s", "true")).toBe(`active cell '${id}'\nexit 1\n`);
    expect(await k.k("int", "s")).toBe("OK\n");
    expect(await k.k("poll", "s")).toBe('{"status": "error", "output": "no active cell on \'s\'"}\nexit 1\n');
    const interrupted = `{"cell_id": "${id}", "status": "error", "output": "interrupted"}\n`;
    expect(await k.k("poll", "s", String(id))).toBe(interrupted);
    expect(await k.k("poll", "s", String(id))).toMatch(/unknown cell/);
    expect(await k.k("int", "s")).toBe("OK\n");
  });

  test("run over its limit: exit code 0, and one more object by poll; 124 with -x", async () => {
    const out = await k.k("run", "-j", "-t", "1", "s", "sleep 1000");
    expect(line(out)).toBe('{"cell_id": "ID", "status": "timeout", "output": ""}\n');
    expect(await k.k("poll", "s")).toBe(out);
    expect(await k.k("int", "s")).toBe("OK\n");
    expect(await k.k("run", "-x", "-t", "1", "s", "sleep 1000")).toBe("\nexit 124\n");
    expect(await k.k("int", "s")).toBe("OK\n");
  });

  test("run -x exits as the code did", async () => {
    expect(await k.k("run", "-x", "s", "(exit 7)")).toBe("\nexit 7\n");
    expect(await k.k("run", "-x", "-j", "s", "(exit 255)")).toMatch(/"exit_code": 255.*\nexit 255\n$/);
    expect(await k.k("run", "-x", "s", "echo fine")).toBe("fine\n");
    expect(await k.k("run", "s", "(exit 7)")).toBe("\n");
  });

  test("interrupted from elsewhere ends its run as interrupted", async () => {
    const running = k.k("run", "-j", "s", "sleep 1000");
    await eventually(
      () => k.k("poll", "s"),
      (said) => said.includes('"running"'),
    );
    expect(await k.k("int", "s")).toBe("OK\n");
    expect(line(await running)).toBe('{"cell_id": "ID", "status": "error", "output": "interrupted"}\nexit 1\n');
    expect(await k.k("run", "s", "echo free")).toBe("free\n");
  });

  test("Ctrl-C in run interrupts the code and says so; a run that is killed interrupts it too", async () => {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const { child, ended } = k.start("k", ["run", "-j", "s", "sleep 1000"]);
      await eventually(
        () => k.k("poll", "s"),
        (said) => said.includes('"running"'),
      );
      child.kill(signal);
      const { out, code, err } = await ended;
      if (signal === "SIGINT") {
        expect(line(out)).toBe('{"cell_id": "ID", "status": "error", "output": "interrupted"}\n');
        expect([code, err]).toEqual([1, ""]);
      }
      await eventually(
        () => k.k("poll", "s"),
        (said) => said.includes("no active cell"),
      );
      expect(await k.k("run", "s", "echo free")).toBe("free\n");
    }
  });

  test("ends with its session: killed by kill, an error when the program ends by itself", async () => {
    await k.k("new", "doomed");
    const { cell_id: id } = await k.object("fire", "doomed", "sleep 1000");
    const waiting = k.k("wait", "doomed");
    await eventually(
      () => k.k("poll", "doomed"),
      (said) => said.includes('"running"'),
    );
    expect(await k.k("kill", "doomed")).toBe("OK killed doomed\n");
    expect(await waiting).toBe(`{"cell_id": "${id}", "status": "error", "output": "killed"}\nexit 1\n`);
    // A new session of that name starts afresh.
    expect(await k.k("new", "doomed")).toBe("OK doomed\n");
    expect(await k.k("poll", "doomed")).toMatch(/no active cell on 'doomed'/);
    expect(await k.k("run", "doomed", "exit 3")).toBe(
      "terminal ended (exit code 3) before the cell was done\nexit 1\n",
    );
    expect(await k.k("run", "doomed", "true")).toBe("no session 'doomed'\nexit 1\n");
  });

  test("takes its code from standard input, where quoting does not stand in the way", async () => {
    const code = `echo 'single' "double" \`echo back\` $HOME\n\ncat <<'EOF'\n  $not a \\variable\nEOF\n`;
    const output = `single double back ${k.folder.path}\n  $not a \\variable`;
    expect(await k.kWith({ input: code }, "run", "s", "-")).toBe(`${output}\n`);
    await k.kWith({ input: "echo fired" }, "fire", "s", "-");
    expect(await k.object("wait", "s")).toMatchObject({ output: "fired" });
    expect(await k.kWith({ input: "echo sent" }, "run", "-t", "5", "s", "-")).toBe("sent\n");
  });

  test("finds its end by a prompt, or by a hook that is told each line", async () => {
    await k.k("new", "exact", "env PS1='>>> end' PS2= sh", "--prompt=>>> end");
    expect(await k.k("run", "exact", "echo one; echo two")).toBe("one\ntwo\n");
    writeFileSync(k.folder.in("hook"), '#!/bin/sh\nwhile read -r line; do [ "$line" = "ready>" ] && exit; done\n');
    chmodSync(k.folder.in("hook"), 0o700);
    await k.k("new", "hooked", "env PS1='ready> ' sh", "--prompt=./hook");
    expect(await k.k("run", "hooked", "echo one; echo two")).toBe("one\ntwo\n");
    await Promise.all([k.k("kill", "exact"), k.k("kill", "hooked")]);
  });

  test("of somebody else's typing: send and keys reach the program, screen shows what is there", async () => {
    expect(await k.k("send", "s", "--raw", "echo to-be-erased")).toBe("OK\n");
    expect(await k.k("keys", "s", "C-u", "echo", "Space", "typed", "Enter")).toBe("OK\n");
    const screen = await eventually(
      () => k.k("screen", "s"),
      (shown) => /^typed$/m.test(shown),
    );
    expect(screen).not.toContain("to-be-erased\n");
    const shown = JSON.parse(await k.k("screen", "s", "--json")) as Record<string, unknown>;
    expect(Object.keys(shown)).toEqual(["session", "lines", "cursor", "size", "alternate", "title"]);
    expect(shown).toMatchObject({ session: "s", size: { cols: 10_000, rows: 50 }, cursor: { visible: true } });
    expect(await k.kWith({ input: "echo from\necho input\n" }, "send", "s", "-")).toBe("OK\n");
    await eventually(
      () => k.k("screen", "s"),
      (now) => /^from\n(.*\n)*input$/m.test(now),
    );
  });
});

/** The scripts themselves: under every shell, without Perl, without curl, through links, and when many start the first host at once. */
import { readFileSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { type How, scripts, TestK } from "#test/product/k.ts";
import { eventually, processesMarked } from "#test/product/processes.ts";
import { missing, onPath } from "#test/requirements.ts";

const k = new TestK();
afterAll(() => k[Symbol.asyncDispose]());

const tools = ["sh", "dirname", "readlink", "find", "head", "cat", "node"];

/** The rows that every way of carrying has to get right. */
async function core(how: How, name: string, within = k): Promise<void> {
  const say = (...args: string[]) => within.kWith(how, ...args);
  expect(await say("new", name)).toBe(`OK ${name}\n`);
  expect(await say("new", name)).toBe(`OK ${name} (alive)\n`);
  expect((await say("ls")).split("\n")).toContain(name);
  expect(await say("run", "-j", name, "printf 'a\n\nb\n'")).toMatch(/"output": "a\\n\\nb", "exit_code": 0, /);
  expect(await say("run", name, "echo 'é $x \"'")).toBe('é $x "\n');
  expect(await say("run", "-x", name, "(exit 9)")).toBe("\nexit 9\n");
  expect(await within.kWith({ ...how, input: "echo in\n" }, "run", name, "-")).toBe("in\n");
  expect(await say("fire", name, "sleep 1000")).toMatch(/"fired"\}\n$/);
  expect(await say("poll", name)).toMatch(/"running"\}\n$/);
  expect(await say("int", name)).toBe("OK\n");
  expect(await say("notify", name, "a\nb", "c")).toBe("OK notified: a\nb c\n");
  expect(await say("poll", "gone", "x")).toMatch(/"unknown cell"\}\nexit 1\n$/);
  expect(await say("run", "bad name", "true")).toBe("ERR invalid session name: 'bad name'\nexit 1\n");
  expect(await say("history", "-n", "1", name)).toMatch(/📢 a b c/);
  const shell = how.shell ?? [];
  const env = how.env ?? {};
  const running = within.start("k", ["run", "-j", name, "sleep 1000"], { shell, env });
  await eventually(
    () => within.k("poll", name),
    (said) => said.includes('"running"'),
  );
  running.child.kill("SIGINT");
  // The shell that waits for curl is told as a terminal would tell it.
  if (how.env?.["PATH"] !== undefined) {
    for (const { pid, command } of processesMarked(within.folder.path))
      if (/^\S*curl /.test(command)) process.kill(pid, "SIGINT");
  }
  expect((await running.ended).out).toMatch(/"output": "interrupted"\}\n$/);
  const monitor = within.start("km", [name], { shell, env });
  await eventually(
    async () => {
      await within.k("notify", name, "now");
      return monitor.lines.length;
    },
    (heard) => heard > 0,
  );
  expect(await say("kill", name)).toBe(`OK killed ${name}\n`);
  expect(await monitor.ended).toMatchObject({ code: 1, err: "" });
  expect(monitor.lines.at(-1)).toMatch(/"closed"/);
}

describe.skipIf(missing("bash"))("the scripts", () => {
  test("many first calls at once start one host, and all are answered", async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, at) => k.k("new", at % 2 === 0 ? "same" : `own-${at}`)),
    );
    expect(all.filter((said) => said === "OK same\n")).toHaveLength(1);
    expect(all.filter((said) => said === "OK same (alive)\n")).toHaveLength(3);
    expect(all.filter((said) => /^OK own-\d\n$/.test(said))).toHaveLength(4);
    expect(await k.k("ls")).toBe("own-1\nown-3\nown-5\nown-7\nsame\n");
    const hosts = processesMarked(k.folder.path).filter(({ command }) => command.includes("terminal-host"));
    expect(hosts).toHaveLength(1);
  }, 60_000);

  for (const shell of [["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"], ["zsh", "--emulate", "sh"]]) {
    test.skipIf(missing(shell[0]!, "perl"))(
      `work under ${shell.join(" ")}`,
      async () => {
        await core({ shell }, `of-${shell.join("").replaceAll("-", "")}`);
      },
      30_000,
    );
  }

  for (const shell of [["dash"], ["busybox", "sh"]]) {
    test.skipIf(missing(shell[0]!, "curl"))(
      `work without Perl, under ${shell.join(" ")}`,
      async () => {
        const path = k.pathOf(`curl-${shell[0]}`, [...tools, "curl"]);
        await core({ shell: [onPath(shell[0]!)!, ...shell.slice(1)], env: { PATH: path } }, `curl-${shell[0]}`);
      },
      40_000,
    );
  }

  test("work without Perl and curl, and start the first host so", async () => {
    await using other = new TestK();
    await core({ env: { PATH: other.pathOf("node", tools) } }, "node", other);
  }, 60_000);

  test("are found through links, and the note of a folder that somebody else has is not followed", async () => {
    symlinkSync(resolve(scripts, "k"), k.folder.in("linked"));
    symlinkSync("linked", k.folder.in("twice"));
    const path = k.pathOf("links", tools);
    const said = await k.run("k", [], { shell: ["sh", "-c", `PATH=${path} exec ${k.folder.in("twice")} ls`] });
    expect(said).toMatchObject({ out: expect.stringContaining("same\n") as string, err: "", code: 0 });
    expect(readFileSync(resolve(k.home, "runtime-directory"), "utf8")).toBe(cellarPaths(k.environment).runtime);
  });

  test("help does not start a host", async () => {
    await using other = new TestK();
    expect(await other.k("--help")).toMatch(/^agent-tty \/ k -- /);
    expect((await other.run("km", [])).out).toMatch(/^km -- /);
    expect(processesMarked(other.folder.path)).toEqual([]);
  });
});

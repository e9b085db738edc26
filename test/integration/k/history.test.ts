/** `k history` and `k watch` (features AT-20), also of sessions that have ended. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestK } from "#test/product/k.ts";
import { missing } from "#test/requirements.ts";

const k = new TestK();
beforeAll(async () => {
  if (missing("bash", "perl")) return;
  await k.k("new", "s");
  await k.k("run", "s", "PS1='> '");
});
afterAll(() => k[Symbol.asyncDispose]());

const notice = (message: string) =>
  new RegExp(`^\\x1b\\[33m📢 ${message}\\x1b\\[0m \\x1b\\[2m\\(\\S.*@k:\\d+\\)\\x1b\\[0m$`);
const checked = "\x1b[2;32m── ✓ ──\x1b[0m";

describe.skipIf(missing("bash", "perl"))("the filtered view", () => {
  test("shows lines once without codes and blanks, and events in colour", async () => {
    await k.k(
      "run",
      "s",
      "printf '\\033[31mred\\033[0m  \\n\\n  in\\nin\\nin\\n... hidden\\n...\\nin\\nend\\n'; seq 30",
    );
    const { cell_id: id } = await k.object("fire", "s", "true");
    await k.k("wait", "s");
    await k.k("notify", "s", "a word");
    const all = (await k.k("history", "-n", "0", "s")).trimEnd().split("\n");
    const from = all.indexOf("red");
    expect(all.slice(from, from + 4)).toEqual(["red", "  in", "end", "1"]);
    expect(all).toContain(`\x1b[2;36m── ${String(id).slice(0, 8)} ──\x1b[0m`);
    expect(all).toContain(checked);
    expect(all.some((line) => notice("a word").test(line))).toBe(true);
    expect(all).not.toContain("");
    const last = (await k.k("history", "s")).trimEnd().split("\n");
    expect(last).toEqual(all.slice(-25));
    expect((await k.k("history", "-n", "1", "s")).trimEnd().split("\n")).toEqual(all.slice(-5));
    // Only one option, and only in front.
    expect(await k.k("history", "-n", "1", "-n", "2", "s")).toMatch(/no session '-n'/);
  });

  test("watch shows what arrives from now on, until Ctrl-C", async () => {
    const watching = k.start("k", ["watch", "s"]);
    await watching.line(/./);
    expect(watching.lines[0]).toBe("\x1b[2mwatching s (ctrl-c to stop)\x1b[0m");
    await k.k("run", "s", "echo seen; echo seen; echo '... no'; printf 'a\\rb\\n'");
    await k.k("notify", "s", "over");
    await watching.line(/📢/);
    watching.child.kill("SIGINT");
    const { out, code, err } = await watching.ended;
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/\n\n(?:.*\n)*seen\nb\n(?:.*\n)*.*📢 over.*\n(?:.*\n)*\n\x1b\[2mstopped\x1b\[0m\n$/);
    expect(out.match(/^seen$/gm)).toHaveLength(1);
    expect(out).toContain(checked);
    expect(out).not.toMatch(/^30$/m);
    // In the order in which it happened: fired, what was typed, what it printed, done.
    const cell = out.split("\n").filter((line) => /──|^> echo|^seen|^b$/.test(line));
    expect(cell.map((line) => line.slice(0, 6))).toEqual(["\x1b[2;36", "> echo", "seen", "b", "\x1b[2;32"]);
  });

  test("stays when the session has ended, and is that of the last one of its name", async () => {
    await k.k("new", "gone");
    await k.k("run", "gone", "echo first life");
    const watching = k.start("k", ["watch", "gone"]);
    await watching.line(/watching/);
    await k.k("kill", "gone");
    expect(await watching.ended).toMatchObject({ code: 0, err: "" });
    expect(watching.lines.at(-1)).toBe("\x1b[2mclosed\x1b[0m");
    expect(await k.k("history", "gone")).toMatch(/^first life$/m);
    expect(await k.k("watch", "gone")).toMatch(/first life\n(?:.*\n)*\x1b\[2mclosed\x1b\[0m\n$/);
    expect(await k.k("screen", "gone")).toMatch(/^first life$/m);
    await k.k("new", "gone");
    await k.k("run", "gone", "echo second life");
    expect(await k.k("history", "gone")).not.toContain("first life");
    await k.k("kill", "gone");
    expect(await k.k("history", "gone")).toMatch(/^second life$/m);
  });

  test("a reader that has seen enough ends watch without a sound", async () => {
    const shell = ["sh", "-c", '"$0" "$@" | head -n 1; wait'];
    const said = await k.run("k", ["watch", "s"], { shell });
    expect(said).toMatchObject({ out: "\x1b[2mwatching s (ctrl-c to stop)\x1b[0m\n", err: "" });
  });

  test("goes back further than memory does", async () => {
    await k.k("new", "long");
    await k.k("run", "long", "seq 300000");
    const all = (await k.k("history", "-n", "0", "long")).split("\n");
    const first = all.indexOf("1");
    expect(all.slice(first, first + 300_000)).toEqual(Array.from({ length: 300_000 }, (_, at) => String(at + 1)));
    expect((await k.k("history", "-n", "50000", "long")).split("\n").length).toBe(250_001);
    await k.k("kill", "long");
  });
});

/** `k` as a drop-in for agent-tty 0.1.0: commands, arguments, names, and messages (features 2.1, AT-1 to AT-7, AT-17). */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { TestK } from "#test/product/k.ts";
import { missing } from "#test/requirements.ts";

const k = new TestK();
afterAll(() => k[Symbol.asyncDispose]());

describe.skipIf(missing("bash", "perl"))("k", () => {
  test("is ready when new returns, lists sessions sorted, and changes nothing about one that lives", async () => {
    expect(await k.k("ls")).toBe("no sessions\n");
    expect(await k.k("new", "work")).toBe("OK work\n");
    expect(await k.k("new", "work", "python3", "--prompt=./nothing")).toBe("OK work (alive)\n");
    expect(await k.k("new", "also.this", "bash")).toBe("OK also.this\n");
    expect(await k.k("ls")).toBe("also.this\nwork\n");
    expect(await k.k("status", "work")).toBe("OK work pipe=ok\n");
    expect(await k.k("run", "work", "stty size; pwd")).toBe(`50 10000\n${k.folder.path}\n`);
    expect(await k.k("kill", "also.this")).toBe("OK killed also.this\n");
    expect(await k.k("kill", "never-there")).toBe("OK killed never-there\n");
    expect(await k.k("ls")).toBe("work\n");
  });

  test("finds the session: the argument, K_SESSION, the only one that k new made", async () => {
    expect(await k.k("run", "echo the only one")).toBe("the only one\n");
    expect(await k.k("new", "second")).toBe("OK second\n");
    const none = "ERR: no session found.\nexit 1\n";
    for (const verb of ["poll", "int", "status", "watch", "history"]) expect(await k.k(verb)).toBe(none);
    for (const verb of ["run", "fire", "notify"]) expect(await k.k(verb, "words")).toBe(none);
    const env = { K_SESSION: "second" };
    expect(await k.kWith({ env }, "status")).toBe("OK second pipe=ok\n");
    expect(await k.kWith({ env }, "status", "work")).toBe("OK work pipe=ok\n");
    // An empty word is none.
    expect(await k.kWith({ env }, "status", "")).toBe("OK second pipe=ok\n");
    expect(await k.kWith({ env }, "run", "work")).toBe("bash: work: command not found\n");
    expect(await k.k("kill", "second")).toBe("OK killed second\n");
  });

  test("refuses wrong names before anything else, also from K_SESSION", async () => {
    const wrong: [name: string, shown: string][] = [
      ["a b", "'a b'"],
      ["../up", "'../up'"],
      ["a..b", "'a..b'"],
      [".", "'.'"],
      ["it's", '"it\'s"'],
      ["new\n", "'new\\n'"],
      ["tab\t\\", "'tab\\t\\\\'"],
      ["é", "'é'"],
      ["\u0001\u200b", "'\\x01\\u200b'"],
      ["x".repeat(65), `'${"x".repeat(65)}'`],
      ["=work", "'=work'"],
    ];
    for (const [name, shown] of wrong) {
      const refusal = `ERR invalid session name: ${shown}\nexit 1\n`;
      expect(await k.k("run", name, "true")).toBe(refusal);
      expect(await k.k("new", name)).toBe(refusal);
    }
    const refusal = "ERR invalid session name: 'a b'\nexit 1\n";
    for (const args of [["kill"], ["poll"], ["int"], ["status"], ["watch"], ["history"], ["screen"]]) {
      expect(await k.k(...args, "a b")).toBe(refusal);
    }
    for (const args of [
      ["fire", "a b", "true"],
      ["send", "a b", "x"],
      ["keys", "a b", "Up"],
    ]) {
      expect(await k.k(...args)).toBe(refusal);
    }
    expect(await k.kWith({ env: { K_SESSION: "a b" } }, "poll")).toBe(refusal);
    expect(await k.k("run", "", "true")).toBe("ERR invalid session name: ''\nexit 1\n");
    // Bytes that are not UTF-8 are told as Python tells them.
    const bytes = await k.run("k", [], { shell: ["sh", "-c", 'exec "$0" status "$(printf "a\\377\\303\\251")"'] });
    expect(bytes.out).toBe("ERR invalid session name: 'a\\udcffé'\n");
  });

  test("names are exact: no prefix, no pattern", async () => {
    expect(await k.k("run", "wor", "true")).toBe("no session 'wor'\nexit 1\n");
    expect(await k.k("status", "w*")).toBe("ERR invalid session name: 'w*'\nexit 1\n");
    expect(await k.k("new", "wor", "bash")).toBe("OK wor\n");
    expect(await k.k("kill", "wor")).toBe("OK killed wor\n");
    expect(await k.k("status", "work")).toBe("OK work pipe=ok\n");
  });

  test("tells how it is used, and says so with exit code 1 when it was misused", async () => {
    const usage = await k.k("--help");
    expect(usage.split("\n")[0]).toBe("agent-tty / k -- persistent terminal sessions for AI agents");
    expect(usage.split("\n").length).toBeLessThanOrEqual(50);
    expect(Math.max(...usage.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(await k.k()).toBe(usage);
    expect(await k.k("-h")).toBe(usage);
    for (const args of [["what"], ["new"], ["kill"], ["fire"], ["notify"], ["_bg", "work", "x"]]) {
      expect(await k.k(...args)).toBe(`${usage}exit 1\n`);
    }
    expect((await k.run("agent-tty", ["--help"])).out).toBe(usage);
    expect(await k.k("_bg", "work", "0123456789ab", "0", "1", "5")).toBe("");
    const run = "usage: k run [-j] [-x] [-t N] [session] <code>\nexit 1\n";
    for (const args of [["run"], ["run", "-j"], ["await", "-j", "-t"]]) expect(await k.k(...args)).toBe(run);
    for (const args of [
      ["fire", "-t"],
      ["fire", "-t", "5"],
    ]) {
      expect(await k.k(...args)).toBe("usage: k fire [-t N] [session] <code>\nexit 1\n");
    }
    expect(await k.k("history", "-n")).toBe("usage: k history [-n N] [session]\nexit 1\n");
    for (const number of ["x", "-1", "1.5", ""]) {
      expect(await k.k("run", "-t", number, "work", "true")).toBe(
        `ERR -t takes a whole number, not '${number}'\nexit 1\n`,
      );
    }
  });

  test("one word is code and never a session; words behind session and code are ignored", async () => {
    expect(await k.k("await", "-t", "5", "-j", "work", "echo a", "echo b")).toMatch(/"output": "a"/);
    // A word that only looks like an option is a positional: here the session.
    expect(await k.k("run", "-k", "true")).toBe("no session '-k'\nexit 1\n");
    expect(await k.k("poll", "work", "0123456789ab", "more")).toMatch(/unknown cell/);
    expect(await k.k("status", "work", "more")).toBe("OK work pipe=ok\n");
  });

  test("a message goes to the session only where there is one of that name", async () => {
    expect(await k.k("notify", "work", "half", "way")).toBe("OK notified: half way\n");
    const env = { K_SESSION: "work" };
    expect(await k.kWith({ env }, "notify", "nobody", "half", "way")).toBe("OK notified: nobody half way\n");
    expect(await k.kWith({ env }, "notify", "work")).toBe("OK notified: work\n");
    expect(await k.kWith({ env: { K_SESSION: "gone" } }, "notify", "a", "b")).toBe("ERR no session 'gone'\nexit 1\n");
  });

  test("says of a session that is not there what agent-tty says", async () => {
    expect(await k.k("run", "-j", "gone", "true")).toBe(
      '{"status": "error", "output": "no session \'gone\'"}\nexit 1\n',
    );
    expect(await k.k("fire", "gone", "true")).toBe('{"status": "error", "output": "no session \'gone\'"}\nexit 1\n');
    for (const verb of ["status", "watch", "history", "screen"]) {
      expect(await k.k(verb, "gone")).toBe("ERR no session 'gone'\nexit 1\n");
    }
    expect(await k.k("poll", "gone")).toBe('{"status": "error", "output": "no active cell on \'gone\'"}\nexit 1\n');
    expect(await k.k("poll", "gone", "0123456789ab")).toBe(
      '{"cell_id": "0123456789ab", "status": "error", "output": "unknown cell"}\nexit 1\n',
    );
    expect(await k.k("int", "gone")).toBe("OK\n");
  });

  test("a hook is checked before anything is made, and its path is made absolute", async () => {
    const { path } = k.folder;
    mkdirSync(k.folder.in("folder"));
    writeFileSync(k.folder.in("plain"), "#!/bin/sh\n");
    expect(await k.k("new", "h", "cat", "--prompt=./none")).toBe(`ERR hook not found: ${path}/none\nexit 1\n`);
    expect(await k.k("new", "h", "cat", "--prompt=./folder")).toBe(`ERR hook not found: ${path}/folder\nexit 1\n`);
    expect(await k.k("new", "h", "cat", "--prompt=~/plain")).toBe(`ERR hook not executable: ${path}/plain\nexit 1\n`);
    expect(await k.k("ls")).not.toContain("h\n");
    chmodSync(k.folder.in("plain"), 0o700);
    expect(await k.k("new", "h", "--prompt=(x)", "cat", "--prompt=./plain")).toBe(`OK h prompt='${path}/plain'\n`);
    expect(await k.k("new", "q", "cat", "--prompt=it's >")).toBe(`OK q prompt="it's >"\n`);
    expect(await k.k("kill", "h")).toBe("OK killed h\n");
    expect(await k.k("kill", "q")).toBe("OK killed q\n");
  });

  test("a session that cannot start says why and is not there", async () => {
    expect(await k.k("new", "broken", "no-such-program")).toMatch(
      /^ERR session 'broken' ended at once \(exit code 127\): .*not found\nexit 1\n$/,
    );
    expect(await k.k("status", "broken")).toBe("ERR no session 'broken'\nexit 1\n");
    expect(await k.k("new", "brief", "true")).toBe("OK brief\n");
  });
});

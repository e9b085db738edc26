/** Real programs as sessions: each is asked something, goes wrong, is interrupted, and keeps what it knows. */
import { afterAll, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { TestK } from "#test/product/k.ts";
import { missing } from "#test/requirements.ts";

const k = new TestK();
afterAll(() => k[Symbol.asyncDispose]());

type Program = {
  program: string;
  command: string[];
  prompt?: string;
  set: string;
  get: [code: string, shown: string];
  wrong: [code: string, shown: RegExp];
  endless: string;
  block: [code: string, shown: string];
};

const programs: Program[] = [
  {
    program: "bash",
    command: [],
    set: "known=42",
    get: ["echo $known", "42"],
    wrong: ["nonsense", /nonsense: command not found/],
    endless: "while :; do :; done",
    block: ["for i in 1 2; do\n  echo $i\ndone", "1\n2"],
  },
  {
    program: "python3",
    command: ["env PYTHON_BASIC_REPL=1", "python3", "-q", "-i"],
    set: "known = 42",
    get: ["print(known)", "42"],
    wrong: ["nonsense", /NameError/],
    endless: "while True: pass\n",
    block: ["for i in range(2):\n    print(i)\n", "0\n1"],
  },
  {
    program: "node",
    command: ["node", "-i"],
    set: "globalThis.known = 42; undefined",
    get: ["console.log(known)", "42\nundefined"],
    wrong: ["nonsense", /nonsense is not defined/],
    endless: "while (true) {}",
    block: ["for (let i = 0; i < 2; i++) {\n  console.log(i);\n}", "0\n1\nundefined"],
  },
  {
    program: "sqlite3",
    command: ["sqlite3", ":memory:"],
    set: "create table t (known); insert into t values (42);",
    get: ["select known from t;", "42"],
    wrong: ["nonsense;", /syntax error/],
    endless: "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n;",
    block: ["select known\n  from t\n  where known = 42;", "42"],
  },
  {
    program: "gdb",
    command: ["gdb", "-q", "-nx"],
    prompt: "(gdb)",
    set: "set $known = 42",
    get: ["print $known", "$1 = 42"],
    wrong: ["nonsense", /Undefined command/],
    endless: "python\nwhile True: pass\nend",
    block: ["echo 0\\n\necho 1\\n", "0\n1"],
  },
];

describe.concurrent.for(programs)("$program", ({ program, command, prompt, set, get, wrong, endless, block }) => {
  test.skipIf(missing(program, "perl"))(
    "is a session",
    async ({ expect }) => {
      const name = `${program}-1`;
      const mode = prompt === undefined ? [] : [`--prompt=${prompt}`];
      expect(await k.k("new", name, ...command, ...mode)).toMatch(/^OK /);
      await k.k("run", name, set);
      const object = await k.object("run", "-j", name, get[0]);
      expect(object).toMatchObject({ status: "done", output: get[1], exit_code: program === "bash" ? 0 : null });
      expect(await k.k("run", name, wrong[0])).toMatch(wrong[1]);
      expect(await k.k("run", name, block[0])).toBe(`${block[1]}\n`);
      const { cell_id: id } = await k.object("fire", "-t", "1", name, endless);
      expect(await k.object("wait", name)).toMatchObject({ status: "timeout", output: "" });
      expect(await k.k("int", name)).toBe("OK\n");
      expect(await k.object("poll", name, String(id))).toMatchObject({ status: "error", output: "interrupted" });
      expect(await k.k("run", name, get[0])).toContain("42");
      expect(await k.k("kill", name)).toBe(`OK killed ${name}\n`);
    },
    60_000,
  );
});

test.skipIf(missing("bash", "perl"))(
  "inside a session, k finds the same host and knows whose child a session is",
  async () => {
    await k.k("new", "outer");
    expect(
      await k.k("run", "outer", "command -v k; k new inner; k run inner 'echo from within'; echo $K_SESSION."),
    ).toMatch(/\/resources\/bin\/k\nOK inner\nfrom within\n\.\n$/);
    expect(await k.k("ls")).toBe("inner\nouter\n");
    const options = { name: "test", version: "0", events: false };
    const host = await TerminalHostClient.connect(cellarPaths(k.environment), options);
    const terminals = await host.call("terminals.list", {});
    const of = (name: string) => terminals.find((one) => one.name === name && one.resolvedAt === null);
    expect(of("inner")?.owner).toEqual({ parentId: of("outer")?.id });
    // A terminal without a name is no session of ls, and is reached by its id.
    const { id } = await host.call("terminals.create", { command: "bash" });
    host.close();
    expect(await k.k("ls")).toBe("inner\nouter\n");
    expect(await k.k("run", id, "echo nameless")).toBe("nameless\n");
  },
);

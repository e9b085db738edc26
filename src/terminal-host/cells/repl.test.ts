import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CellEnd } from "#shared/contract/terminals.ts";
import { missing } from "#test/requirements.ts";
import { Bench } from "./pty-terminal.fixture.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

const repeat: CellEnd = { mode: "repeat" };
type Case = { name: string; argv: string[]; end: CellEnd; needs: string; cells: [code: string, output: string][] };

const cases: Case[] = [
  {
    name: "python3 by repeat",
    argv: ["python3", "-q"],
    end: repeat,
    needs: "python3",
    cells: [
      ["print(6 * 7)", "42"],
      ["print('a\\n\\n  b')", "a\n\n  b"],
      ["def f(x):\n    y = x + 1\n    return y\n\nprint(f(2))", "3"],
      ["for i in range(3):\n    print(i)", "0\n1\n2"],
      ["x = 1", ""],
      ["import sys, time; sys.stdout.write('no end') and None", "no end"],
      ["import time; time.sleep(0.3); print('late')", "late"],
      ["print('ünï 日本 😀')", "ünï 日本 😀"],
      ["s = '''a\tb\n\tc'''\nprint(repr(s))", "'a\\tb\\n\\tc'"],
      ["print('x' * 300)", "x".repeat(300)],
      ["print('a'); print('a'); print('a')\nprint('b')", "a\na\na\nb"],
    ],
  },
  {
    name: "python3 by its exact prompt, blanks included",
    argv: ["python3", "-q"],
    end: { mode: "exact", prompt: ">>> " },
    needs: "python3",
    cells: [
      ["print(6 * 7)", "42"],
      ["a = 1\nb = 2\nprint(a + b)", "3"],
      ["print('same\\n' * 6)", "same\nsame\nsame\nsame\nsame\nsame\n"],
    ],
  },
  {
    name: "node by repeat",
    argv: ["node"],
    end: repeat,
    needs: "node",
    cells: [
      ["6 * 7", "42"],
      ["console.log('a\\n\\n  b')", "a\n\n  b\nundefined"],
      ["function f(x) {\n  return x + 1;\n}\nf(2)", "undefined\n3"],
      ["'x'.repeat(300).length", "300"],
      ["`a\tb\n\tc`", "'a\\tb\\n\\tc'"],
    ],
  },
  {
    name: "sqlite3 by repeat",
    argv: ["sqlite3"],
    end: repeat,
    needs: "sqlite3",
    cells: [
      ["select 6 * 7;", "42"],
      ["create table t (a,\n  b);\ninsert into t values (1, 'x'), (2, 'y');\nselect * from t;", "1|x\n2|y"],
      [".tables", "t"],
    ],
  },
  {
    name: "gdb by its exact prompt",
    argv: ["gdb", "-q", "-nx"],
    end: { mode: "exact", prompt: "(gdb)" },
    needs: "gdb",
    cells: [
      ["print 6 * 7", "$1 = 42"],
      ["echo one\\n\necho two\\n", "one\ntwo"],
    ],
  },
  {
    name: "sh by repeat",
    argv: ["sh"],
    end: repeat,
    needs: "sh",
    cells: [
      ["echo hi", "hi"],
      ["echo a\necho b", "a\nb"],
      ["for i in 1 2; do\n  echo $i\ndone", "1\n2"],
      ["sleep 0.3; echo late", "late"],
      ["printf '%s' 'a\tb\x01\x7fc' | od -An -tx1", " 61 09 62 01 7f 63"],
      [`printf %s ${"z".repeat(6000)} | wc -c`, "6000"],
    ],
  },
  {
    name: "bash without integration by repeat",
    argv: ["bash", "--norc", "-i"],
    end: repeat,
    needs: "bash",
    cells: [
      ["echo hi", "hi"],
      ["echo a\necho b", "a\nb"],
      ["printf 'no end'", "no end"],
    ],
  },
];

describe.each(cases)("$name", ({ argv, end, needs, cells }) => {
  test.skipIf(missing(needs)).each([40, 100, 10_000])(
    "gives output without echo and prompts in %i columns",
    async (cols) => {
      const terminal = await bench.open(argv, end, { cols });
      const got: [string, string][] = [];
      for (const [code] of cells) {
        const result = await bench.run(terminal, code, 6);
        got.push([code, result.state === "done" ? result.output : `${result.state}: ${result.output}`]);
      }
      expect(got).toEqual(cells);
    },
  );
});

test.skipIf(missing("python3"))("python3 takes a block of 25 kB line by line", async () => {
  const terminal = await bench.open(["python3", "-q"], repeat);
  const lines = Array.from({ length: 400 }, (_, i) => `    x${i} = ${i}  # ${"y".repeat(40)}`);
  expect((await bench.run(terminal, `def f():\n${lines.join("\n")}\n    return x399\n\nprint(f())`)).output).toBe(
    "399",
  );
});

// Where pyenv keeps several versions, its name alone is not enough.
const newPythonEnv = { PYENV_VERSION: "3.13.0", PYENV_ROOT: process.env["PYENV_ROOT"] ?? "" };
const newPython = spawnSync("python3.13", ["-c", ""], { env: { ...process.env, ...newPythonEnv } }).status === 0;
if (newPython) {
  test("python 3.13's new editor by repeat", async () => {
    const terminal = await bench.open(["python3.13", "-q"], repeat, { env: newPythonEnv });
    expect((await bench.run(terminal, "print(6 * 7)", 6)).output).toBe("42");
    expect((await bench.run(terminal, "def f(x):\n    return x + 1\n\nprint(f(2))", 6)).output).toBe("3");
  });
}

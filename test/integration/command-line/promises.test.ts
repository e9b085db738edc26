/** What holds for every command: its help, how failures look, what it loads, tables as wide as the terminal. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command as root } from "#cli/commands/index.ts";
import { allCommands } from "#cli/definitions.ts";
import { usage } from "#cli/help.ts";
import { cellar, OnTerminal, program } from "#test/product/command.ts";
import { Product } from "#test/product/product.ts";

const commands = await allCommands([], root);

let product: Product;
beforeAll(() => {
  product = new Product();
});
afterAll(() => product[Symbol.asyncDispose]());

test("every command says what it takes, without starting or making anything", async () => {
  expect(commands.length).toBeGreaterThan(25);
  for (const { path, command } of commands.filter((_, index) => index % 4 === 0)) {
    const said = await cellar(product, [...path, "--help"]);
    expect(said).toMatchObject({ code: 0, err: "" });
    // The help of a group that does something by itself is the group's.
    if (path.join() !== "launch") expect(said.out.split("\n")[0]).toBe(usage(path, command));
    for (const line of said.out.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  }
  expect(existsSync(product.home)).toBe(false);
}, 60_000);

test("definitions are such that help and documents can be made of them", () => {
  for (const { path, command } of commands) {
    const where = path.join(" ");
    expect([where, command.summary]).toEqual([where, expect.stringMatching(/^[A-Z].*[^.]$/)]);
    const letters = Object.values(command.options).flatMap(({ short }) => short ?? []);
    expect([where, new Set(letters).size]).toEqual([where, letters.length]);
    expect(letters).not.toContain("h");
    for (const [line] of command.examples) expect(line.startsWith(where.split(" ")[0]!)).toBe(true);
    const names = Object.keys(command.options);
    for (const own of ["json", "help", "non-interactive"]) expect(names).not.toContain(own);
  }
});

describe("a failure", () => {
  test.each([
    [["nonsense"], 2, "there is no command nonsense"],
    [["terminall", "ls"], 2, "there is no command terminall; did you mean terminal?"],
    [["workspace"], 2, "workspace needs a command"],
    [[], 2, "no command was given"],
    [["--colour", "ls"], 2, "there is no option --colour before a command"],
    [["ls", "x"], 2, '"x" is one word too many'],
    [["terminal", "capture", "x", "--lines", "many"], 2, '--lines takes a whole number, not "many"'],
    [["terminal", "new", "--env", "1=2"], 2, '--env takes NAME=value, not "1=2"'],
    [["terminal", "send", "x"], 2, "there is nothing to type: give a text or a --key"],
    [["terminal", "screen"], 5, "Cellar does not run, and no terminal either"],
    [["notify", "hello"], 5, "Cellar does not run, and no terminal either"],
  ])("of %j is one line of JSON and exit code %i", async (args, code, message) => {
    const said = await cellar(product, args);
    expect([said.code, said.out, JSON.parse(said.err).message]).toEqual([code, "", message]);
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });

  test("is a sentence on a terminal, and JSON there too with --json", async () => {
    using human = new OnTerminal(product, [program, "terminal", "screen", "--lines"]);
    await human.shows("Error: there is no option --lines\n  cellar terminal screen --help says what can be done\n");
    expect(await human.ended()).toBe(2);
    using machine = new OnTerminal(product, [program, "nonsense", "--json"]);
    await machine.shows('{"code":"invalid_input","message":"there is no command nonsense"');
    expect(await machine.ended()).toBe(2);
  });
});

describe("what is loaded", () => {
  /** Files of ours and packages that a run of `cellar` loads. */
  async function loaded(...args: string[]): Promise<string[]> {
    const list = product.folder.in("loaded");
    const hook = product.folder.in("hook.mjs");
    writeFileSync(
      hook,
      `import { registerHooks } from "node:module";
       import { appendFileSync } from "node:fs";
       registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + "\\n"); return next(url, context); } });`,
    );
    writeFileSync(list, "");
    const { execFile } = await import("node:child_process");
    const source = resolve(import.meta.dirname, "../../../src/cli/cellar.ts");
    await new Promise<void>((done) => {
      execFile(process.execPath, ["--import", hook, source, ...args], { env: product.environment }, () => done());
    });
    return readFileSync(list, "utf8")
      .split("\n")
      .filter((url) => url.startsWith("file:"));
  }

  test("for help: the definitions, no package, and nothing that does the work", async () => {
    for (const args of [["--help"], ["terminal", "--help"], ["workspace", "create", "--help"], ["--version"]]) {
      const files = await loaded(...args);
      expect(files.length).toBeGreaterThan(3);
      expect(
        files.filter((url) =>
          /node_modules|\/(cli\/output\/|overview|session|contract-client|cli\/attach\/|cli\/doctor\/)/.test(url),
        ),
      ).toEqual([]);
    }
  });

  test("for a command: its own module and no other one's", async () => {
    const files = await loaded("ls");
    const definitions = files
      .filter((url) => /\/cli\/commands\//.test(url))
      .map((url) => url.split("/cli/commands/")[1]);
    expect(definitions.sort()).toEqual(["index.ts", "ls.ts"]);
    expect(
      files.filter((url) => /node_modules\/(zod|@orpc\/(server|contract)|better-sqlite3|pino|smol-toml)\//.test(url)),
    ).toEqual([]);
    expect(files.filter((url) => /\/src\/(main|terminal-host\/(?!client|protocol|framing))/.test(url))).toEqual([]);
  });
});

describe("a list", () => {
  test("is as wide as the terminal, whole in a pipe, and coloured only on a terminal that wants it", async () => {
    const running = await Product.start();
    try {
      const long = "n".repeat(50);
      await cellar(running, [
        "terminal",
        "new",
        "--name",
        long,
        "--",
        "sh",
        "-c",
        "printf '%s\\033]0;evil\\007' \"$(seq -s- 1 80)\"; sleep 600",
      ]);
      const piped = await cellar(running, ["ls"]);
      expect(piped.out).toContain(long);
      expect(piped.out).not.toContain("\x1b");
      for (const cols of [200, 100, 70, 50]) {
        using on = new OnTerminal(running, [program, "ls"], { cols, rows: 10 });
        expect(await on.ended()).toBe(0);
        const lines = on.text.trimEnd().split("\n");
        expect(lines).toHaveLength(2);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(cols);
        expect(lines[1]).toMatch(cols === 200 ? new RegExp(`● Running +${long}`) : /● Running +n+…/);
        expect(lines[1]).toMatch(/term-[0-9a-f]{8}$/);
        expect(on.raw).toContain("\x1b[2m");
      }
      using plain = new OnTerminal(running, [program, "ls"], { cols: 80, rows: 10 }, { NO_COLOR: "1" });
      await plain.ended();
      expect(stripVTControlCharacters(plain.raw)).toBe(plain.raw);
    } finally {
      await running[Symbol.asyncDispose]();
    }
  });
});

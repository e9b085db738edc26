import { describe, expect, test } from "vitest";
import type { Failure } from "#shared/failure.ts";
import { defineCommand } from "./command.ts";
import { parse } from "./parse.ts";
import { closest } from "./usage.ts";

const command = defineCommand({
  summary: "Try",
  arguments: { where: { required: true, summary: "" }, how: { choices: ["fast", "slow"], summary: "" } },
  options: {
    all: { short: "a", summary: "" },
    name: { short: "n", value: "name", summary: "" },
    env: { short: "e", value: "NAME", multiple: true, summary: "" },
    mode: { value: "mode", choices: ["one", "two"], summary: "" },
  },
  run: async () => 0,
});
const passing = defineCommand({
  summary: "Pass on",
  arguments: { program: { rest: "dashes", summary: "" } },
  options: { name: { value: "name", summary: "" } },
  run: async () => 0,
});

describe("a command line", () => {
  test("gives switches, values, lists and arguments by their names", () => {
    expect(parse(command, ["try"], ["here", "-a", "--name=x", "-e", "A", "--env", "B", "fast"])).toEqual({
      options: { all: true, name: "x", env: ["A", "B"], mode: undefined },
      arguments: { where: "here", how: "fast" },
      common: { json: false, nonInteractive: false, help: false },
    });
  });

  test("has everything that was not given as false, undefined or empty", () => {
    expect(parse(command, ["try"], ["here", "--json", "--non-interactive"])).toEqual({
      options: { all: false, name: undefined, env: [], mode: undefined },
      arguments: { where: "here", how: undefined },
      common: { json: true, nonInteractive: true, help: false },
    });
  });

  test("passes on what follows -- unread, a second -- included", () => {
    const { arguments: given, options } = parse(
      passing,
      ["pass"],
      ["--name", "x", "npm", "--", "test", "--", "--name", "y"],
    );
    expect(given).toEqual({ program: ["npm", "test", "--", "--name", "y"] });
    expect(options).toEqual({ name: "x" });
  });

  test("takes words that look like options after -- as words", () => {
    expect(parse(command, ["try"], ["--", "--all"]).arguments).toEqual({ where: "--all", how: undefined });
  });

  test.each([
    [[], "<where> is missing"],
    [["a", "fast", "b"], '"b" is one word too many'],
    [["a", "quick"], '<how> is one of fast, slow, not "quick"'],
    [["a", "--mode", "three"], '--mode is one of one, two, not "three"'],
    [["a", "--al"], "there is no option --al; did you mean --all?"],
    [["a", "--colour"], "there is no option --colour"],
    [["a", "-x"], "there is no option -x"],
    [["a", "--name"], "Option '-n, --name <value>' argument missing"],
    [["a", "--all=yes"], "Option '-a, --all' does not take an argument"],
  ])("%j is refused: %s", (words, message) => {
    let thrown: unknown;
    try {
      parse(command, ["try"], words);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "invalid_input", message, hint: "cellar try --help says what can be done" });
    expect((thrown as Failure).name).toBe("Failure");
  });
});

test("a mistyped word is close to the one that was meant, and to nothing else", () => {
  const known = ["workspace", "terminal", "launch", "ls"];
  expect(closest("wrokspace", known)).toBe("workspace");
  expect(closest("termnal", known)).toBe("terminal");
  expect(closest("sl", known)).toBe("ls");
  expect(closest("bottle", known)).toBeNull();
  expect(closest("x", [])).toBeNull();
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Catalogue, readCatalogue } from "./catalogue.ts";

const builtinFolder = join(import.meta.dirname, "../../../resources/agent-programs");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellar-catalogue-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function withOwn(source: string): Promise<Catalogue & { file: string }> {
  const file = join(folder, "agent-programs.toml");
  writeFileSync(file, source);
  return { ...(await readCatalogue(builtinFolder, file)), file };
}

const of = (catalogue: Catalogue, id: string) => catalogue.programs.find((program) => program.id === id);

describe("the built-in catalogue", () => {
  test("has the programs that are promised, without a mistake, the shell last", async () => {
    const { programs, problem } = await readCatalogue(builtinFolder, join(folder, "none.toml"));
    expect(problem).toBeNull();
    expect(programs.map((program) => program.id)).toEqual([
      "claude",
      "codex",
      "gemini",
      "opencode",
      "copilot",
      "cursor",
      "amp",
      "goose",
      "aider",
      "qwen",
      "crush",
      "shell",
    ]);
    expect(programs.filter((program) => program.entry === null)).toEqual([]);
  });

  test("says for every program but the shell how to install it on each platform, or where to read it", async () => {
    const { programs } = await readCatalogue(builtinFolder, join(folder, "none.toml"));
    for (const { id, entry } of programs) {
      if (id === "shell") continue;
      expect(entry?.homepage, id).toMatch(/^https:/);
      for (const platform of ["linux", "darwin"] as const) {
        expect(
          entry?.install.some((way) => way.platforms.includes(platform)),
          `${id} on ${platform}`,
        ).toBe(true);
      }
    }
  });
});

describe("the person's own file", () => {
  test("adds programs and replaces only the keys it names of a built-in one", async () => {
    const catalogue = await withOwn(`
[claude]
command = ["claude", "--model", "opus"]

[mine]
name = "Mine"
command = ["mine"]
start = { prompt = "stdin" }
`);
    expect(catalogue.problem).toBeNull();
    const claude = of(catalogue, "claude");
    expect(claude?.source).toBe("own");
    expect(claude?.entry?.command).toEqual(["claude", "--model", "opus"]);
    expect(claude?.entry?.conversation?.resume).toEqual(["--resume", "{conversation}"]);
    expect(of(catalogue, "mine")?.entry).toMatchObject({ name: "Mine", start: { prompt: "stdin" }, install: [] });
    expect(of(catalogue, "codex")?.source).toBe("builtin");
  });

  test("with a mistake in one entry names file, line and key, and leaves the others alone", async () => {
    const catalogue = await withOwn(`[broken]
name = "Broken"
command = ["broken"]

[broken.version]
arguments = ["--version"]
pattern = "no group"

[fine]
name = "Fine"
command = ["fine"]
`);
    expect(of(catalogue, "broken")).toMatchObject({ entry: null, name: "Broken", source: "own" });
    expect(of(catalogue, "broken")?.problem).toBe(
      `${catalogue.file}, line 7: version.pattern needs a group, in parentheses, around what is looked for`,
    );
    expect(of(catalogue, "fine")?.entry).not.toBeNull();
    expect(catalogue.problem).toBeNull();
  });

  test.each([
    [
      "a key nobody knows",
      'name = "X"\ncommand = ["x"]\nprompt = "stdin"',
      "line 4: prompt is not a key of an agent program",
    ],
    ["a missing command", 'name = "X"', "line 1: command is missing"],
    ["a wrong type", 'name = "X"\ncommand = "x"', "line 3: command"],
    [
      "an unknown placeholder",
      'name = "X"\ncommand = ["x"]\nstart.arguments = ["{model}"]',
      "{model} cannot be used here (possible: none)",
    ],
    [
      "a prompt as argument without a place for it",
      'name = "X"\ncommand = ["x"]\nstart.prompt = "argument"',
      'start.arguments-with-prompt must contain {prompt} exactly once when prompt = "argument"',
    ],
    [
      "a conversation that is chosen and not given",
      'name = "X"\ncommand = ["x"]\nconversation = { id = "uuid", resume = ["-r", "{conversation}"] }',
      "start.arguments must contain {conversation}",
    ],
    [
      "a conversation that is told without where",
      'name = "X"\ncommand = ["x"]\nconversation = { id = "told", resume = ["-r", "{conversation}"] }',
      'conversation.told is needed when id = "told"',
    ],
    [
      "an MCP server without its address",
      'name = "X"\ncommand = ["x"]\nmcp.arguments = ["--mcp"]',
      "mcp.arguments must contain {mcp-url}",
    ],
    [
      "a secret's placeholder for the MCP server",
      'name = "X"\ncommand = ["x"]\nmcp.arguments = ["{mcp-url}", "{token}"]',
      "{token} cannot be used here (possible: {mcp-url})",
    ],
    [
      "a pattern that is none",
      'name = "X"\ncommand = ["x"]\nversion = { arguments = [], pattern = "(" }',
      "version.pattern is not a regular expression",
    ],
    [
      "a file outside of the home",
      'name = "X"\ncommand = ["x"]\nbottle.files = [{ path = "../x", content = "" }]',
      "bottle.files[1].path must be a path below the home",
    ],
    [
      "a sentinel among arguments, which others can read",
      'name = "X"\ncommand = ["x"]\nbottle.brokered.openai.arguments = ["{sentinel}"]',
      "{sentinel} cannot be used here (possible: {home}, {workspace}, {provider-url})",
    ],
    [
      "a provider's address where there may be none",
      'name = "X"\ncommand = ["x"]\nbottle.environment = { A = "{provider-url}" }',
      "{provider-url} cannot be used here (possible: {home}, {workspace})",
    ],
    [
      "something to merge that is no object",
      'name = "X"\ncommand = ["x"]\nbottle.files = [{ path = "x", content = "[]", existing = "merge" }]',
      "bottle.files[1].content must be an object of JSON",
    ],
    [
      "a homepage that could do anything",
      'name = "X"\ncommand = ["x"]\nhomepage = "javascript:alert(1)"',
      "homepage must be an http or https address",
    ],
    [
      "a name that is no variable",
      'name = "X"\ncommand = ["x"]\nenvironment = ["A-B"]',
      "environment[1] is not the name of a variable",
    ],
  ])("refuses %s", async (_, body, message) => {
    const catalogue = await withOwn(`[x]\n${body}\n`);
    expect(of(catalogue, "x")?.entry).toBeNull();
    expect(of(catalogue, "x")?.problem).toContain(message);
  });

  test("that is not TOML is named with line and column, and the built-in programs stay", async () => {
    const catalogue = await withOwn('[claude]\ncommand = ["claude"\n');
    expect(catalogue.problem).toMatch(/agent-programs\.toml, line \d+, column \d+: /);
    expect(of(catalogue, "claude")?.source).toBe("builtin");
  });

  test("with what is no program, or no id, says so for the file", async () => {
    const catalogue = await withOwn('title = "x"\n["My Agent"]\nname = "x"\n[ok]\nname = "Ok"\ncommand = ["ok"]\n');
    expect(catalogue.problem).toContain('line 1: "title" is not in the table of an agent program');
    expect(catalogue.problem).toContain('line 2: "My Agent" cannot be an id');
    expect(of(catalogue, "ok")?.entry).not.toBeNull();
  });
});

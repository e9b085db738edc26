import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { type ProgramEntry, readCatalogue } from "../programs/index.ts";
import type { BrokeredProvider } from "./bottle-services.ts";
import { filesInside, programInside, variablesInside } from "./program-inside.ts";

const builtin = join(import.meta.dirname, "../../../resources/agent-programs");
const workspace = '/home/ann/a "b"\\c';

const brokered = (id: string): BrokeredProvider => ({
  id,
  url: `http://127.0.0.1:9098/llm/${id}/v1`,
  sentinel: "cellar-0123456789abcdefghijklmnopqrstuv",
});

async function entryOf(id: string): Promise<ProgramEntry> {
  const { programs } = await readCatalogue(builtin, "/none");
  return programs.find((program) => program.id === id)!.entry!;
}

describe("what a program is given in a bottle", () => {
  test("is what its entry says, with the facts of the bottle in it, spelt for where they stand", async () => {
    const { files, environment } = programInside(await entryOf("claude"), workspace, brokered("anthropic"));
    expect(environment["DISABLE_AUTOUPDATER"]).toBe("1");
    const [file] = files;
    expect(file?.path).toBe(".claude.json");
    expect(JSON.parse(file!.content)).toMatchObject({
      hasCompletedOnboarding: true,
      projects: { [workspace]: { hasTrustDialogAccepted: true } },
      customApiKeyResponses: { approved: ["cdefghijklmnopqrstuv"] },
    });
  });

  test("says nothing of a provider whose credential is not put in", async () => {
    const codex = await entryOf("codex");
    expect(programInside(codex, workspace, null).arguments.join()).not.toContain("model_provider");
    expect(programInside(codex, workspace, brokered("mistral")).arguments.join()).not.toContain("model_provider");
    const { arguments: list } = programInside(codex, workspace, brokered("openai"));
    expect(list.join()).toContain('base_url="http://127.0.0.1:9098/llm/openai/v1"');
    const claude = programInside(await entryOf("claude"), workspace, null);
    expect(claude.files[0]?.content).not.toContain("customApiKeyResponses");
  });

  test("is named in the summary by its variables", async () => {
    expect(variablesInside(await entryOf("codex"), "openai")).toContain("CODEX_HOME");
    expect(variablesInside(await entryOf("gemini"), null)).not.toContain("GEMINI_API_KEY");
    expect(variablesInside(await entryOf("gemini"), "google")).toContain("GEMINI_API_KEY");
  });
});

describe("a file that a kept home has already", () => {
  let folder: TemporaryFolder;
  let home: string;
  beforeEach(() => {
    folder = new TemporaryFolder("inside");
    home = folder.in("home");
    mkdirSync(home);
  });
  afterEach(() => folder[Symbol.dispose]());

  const merge = (path = "a.json") => [{ path, content: '{"b":{"x":1},"c":[2]}', existing: "merge" as const }];

  test("is merged key by key, keeping what the program has written", async () => {
    writeFileSync(join(home, "a.json"), '{"a":1,"b":{"y":2},"c":[1],"__proto__":{"z":3}}');
    const [file] = await filesInside(merge(), home);
    expect(file).toMatchObject({ path: "a.json", replace: true });
    expect(file!.content.replaceAll(/\s/g, "")).toBe('{"a":1,"b":{"y":2,"x":1},"c":[2],"__proto__":{"z":3}}');
  });

  test.each([
    ["is no JSON", () => writeFileSync(join(home, "a.json"), "{")],
    ["is a list", () => writeFileSync(join(home, "a.json"), "[1]")],
    ["is a folder", () => mkdirSync(join(home, "a.json"))],
    ["is not there", () => {}],
    [
      "is a link out of the home",
      () => {
        writeFileSync(folder.in("secret.json"), '{"secret":1}');
        symlinkSync(folder.in("secret.json"), join(home, "a.json"));
      },
    ],
  ])("is made anew when it %s", async (_, make) => {
    make();
    expect(await filesInside(merge(), home)).toEqual([{ path: "a.json", content: merge()[0]!.content, replace: true }]);
  });

  test("is not read through a folder that leads out of the home", async () => {
    mkdirSync(folder.in("outside"));
    writeFileSync(folder.in("outside/a.json"), '{"secret":1}');
    symlinkSync(folder.in("outside"), join(home, ".config"));
    const [file] = await filesInside(merge(".config/a.json"), home);
    expect(file!.content).not.toContain("secret");
    expect(readFileSync(folder.in("outside/a.json"), "utf8")).toBe('{"secret":1}');
  });

  test("is kept or replaced where that is said", async () => {
    const files = (["keep", "replace"] as const).map((existing) => ({ path: existing, content: "x", existing }));
    expect((await filesInside(files, home)).map(({ replace }) => replace)).toEqual([false, true]);
  });
});

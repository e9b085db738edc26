import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { launchedAgent } from "#shared/activity/index.ts";
import { parseEntry } from "../programs/entry.ts";
import type { LaunchableProgram } from "../programs/index.ts";
import { hooksFor, withHooks } from "./hooks.ts";

const script = resolve(import.meta.dirname, "../../../resources/bin/cellar-hook");
const tokenDigest = "a".repeat(64);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellar-hooks-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(more: object, command = ["agent", "--fixed"]): LaunchableProgram {
  const parsed = parseEntry({ name: "Agent", command, ...more });
  if (!("entry" in parsed)) throw new Error(JSON.stringify(parsed.mistakes));
  return { id: "agent", entry: parsed.entry, path: "/bin/agent" };
}

const places = (name = "hooks") => ({ script, folder: join(folder, name), socket: "/run/agents.sock" });
const launch = { tokenDigest, prompted: true };

test("flags, environment and a file name the script, whatever characters its path has", async () => {
  const odd = `it's "odd" {hook} $HOME`;
  const hooks = {
    speaks: "claude",
    arguments: ["--settings", "{file}", "-c", "notify={hook}"],
    environment: { AGENT_SETTINGS: "{file}" },
    file: '{ "Stop": "{hook} Stop", "other": "{unknown}" }',
  };
  const hooked = (await hooksFor(program({ hooks }), places(odd), launch))!;
  const hook = join(folder, odd, "cellar-hook");
  const file = join(folder, odd, "agent.settings");
  expect(hooked.arguments).toEqual(["--settings", file, "-c", `notify=${hook}`]);
  expect(hooked.environment).toEqual({
    AGENT_SETTINGS: file,
    CELLAR_HOOK: hook,
    CELLAR_HOOK_SOCKET: "/run/agents.sock",
  });
  const { Stop, other } = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  expect(other).toBe("{unknown}");
  expect(execFileSync("/bin/sh", ["-c", Stop!], { encoding: "utf8", input: "" })).toBe("");
  expect(launchedAgent.parse(hooked.agent)).toEqual(hooked.agent);
  expect([statSync(hook).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
});

test("a second launch finds the files as they are, and a new version replaces them in one step", async () => {
  const hooks = { speaks: "claude", file: "{hook}" };
  await hooksFor(program({ hooks }), places(), launch);
  const file = join(folder, "hooks", "agent.settings");
  const before = statSync(file).ino;
  await hooksFor(program({ hooks }), places(), launch);
  expect(statSync(file).ino).toBe(before);
  await hooksFor(program({ hooks: { ...hooks, file: "new {hook}" } }), places(), launch);
  expect(readFileSync(file, "utf8")).toMatch(/^new /);
  expect(readdirSync(join(folder, "hooks")).sort()).toEqual(["agent.settings", "cellar-hook"]);
});

test("the arguments stand directly behind the entry's own", async () => {
  const hooked = await hooksFor(program({ hooks: { speaks: "claude", arguments: ["--hooks"] } }), places(), launch);
  const argv = ["/bin/agent", "--fixed", "--session", "1", "prompt"];
  const expected = ["/bin/agent", "--fixed", "--hooks", "--session", "1", "prompt"];
  expect(withHooks(program({}), argv, hooked)).toEqual(expected);
  expect(withHooks(program({}), null, hooked)).toBeNull();
});

test("a program without hooks is followed all the same, and the login shell is not", async () => {
  const hooked = await hooksFor(program({}), places(), launch);
  expect(hooked?.agent).toMatchObject({ speaks: "cellar", hooksExpected: false, screen: [] });
  expect(await hooksFor(program({}, ["{shell}"]), places(), launch)).toBeNull();
});

test.each<[object, string]>([
  [{ hooks: { speaks: "klingon" } }, "hooks.speaks"],
  [{ hooks: { speaks: "claude", arguments: ["{file}"] } }, "hooks.arguments"],
  [{ hooks: { speaks: "claude", file: "no script" } }, "hooks.file"],
  [{ signs: { screen: [{ state: "done", pattern: "x" }] } }, "signs.screen.0.state"],
  [{ signs: { title: { working: "(" } } }, "signs.title.working"],
])("a mistake is called by its key: %j", (more, key) => {
  const parsed = parseEntry({ name: "Agent", command: ["agent"], ...more });
  expect("mistakes" in parsed && parsed.mistakes.map(({ path }) => path.join("."))).toContain(key);
});

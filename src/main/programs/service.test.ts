import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readLoginEnvironment } from "#node/login-environment.ts";
import { openStore, type Store } from "#node/store/index.ts";
import { Subprocesses } from "#node/subprocess.ts";
import { missing, onPath } from "#test/requirements.ts";
import { AgentPrograms } from "./service.ts";
import { programsSchema } from "./store.ts";

const builtinFolder = join(import.meta.dirname, "../../../resources/agent-programs");

let folder: string;
let bin: string;
let store: Store;
let processes: Subprocesses;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellar-programs-"));
  bin = join(folder, "bin");
  mkdirSync(bin);
  store = openStore({ path: join(folder, "cellar.db"), migrations: [programsSchema] });
  processes = new Subprocesses();
});
afterEach(async () => {
  await processes.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A program of these lines of shell, on the PATH of the login environment. */
function install(name: string, script: string): string {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function service(path = bin, freshShell: () => Promise<unknown> = async () => {}, readOwnFile = true): AgentPrograms {
  return new AgentPrograms({
    builtinFolder,
    ownFile: join(folder, "agent-programs.toml"),
    readOwnFile,
    database: store.database,
    async loginEnvironment(fresh) {
      if (fresh) await freshShell();
      return { shell: "/bin/bash", env: { PATH: `${path}:/usr/bin:/bin`, HOME: folder, DISPLAY: ":9" } };
    },
    run: (command) => processes.run(command),
    versionTimeoutMs: 1_000,
  });
}

const found = async (programs: AgentPrograms, id: string, refresh = false) =>
  (await programs.list(refresh)).programs.find((program) => program.id === id)?.found;

describe("looking for agent programs", () => {
  test("finds them on the login shell's PATH with the version they say, and the shell itself", async () => {
    const claude = install("claude", 'echo "2.1.329 (Claude Code)"');
    const codex = install("codex", 'echo "WARNING: something" >&2; echo "codex-cli 0.169.0"');
    const { programs, checkedAt } = await service().list(false);
    const by = Object.fromEntries(programs.map((program) => [program.id, program]));
    expect(by["claude"]).toMatchObject({
      found: { path: claude, version: "2.1.329" },
      source: "builtin",
      problem: null,
    });
    expect(by["codex"]?.found).toEqual({ path: codex, version: "0.169.0" });
    expect(by["shell"]).toMatchObject({ command: ["/bin/bash"], found: { path: "/bin/bash", version: null } });
    expect(by["gemini"]?.found).toBeNull();
    expect(by["gemini"]?.install.map((way) => way.command)).toContain("npm install -g @google/gemini-cli");
    expect(Date.parse(checkedAt)).toBeGreaterThan(0);
  });

  test("asks a program once, and again only when its file changed or a refresh is wanted", async () => {
    const path = install("claude", `echo asked >> ${folder}/asked; echo "1.0.0 (Claude Code)"`);
    const asked = () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n").length;
    await found(service(), "claude");
    expect(await found(service(), "claude")).toEqual({ path, version: "1.0.0" });
    expect(asked()).toBe(1);
    install("claude", `echo asked >> ${folder}/asked; echo "1.0.1 (Claude Code)"`);
    utimesSync(path, new Date(), new Date(Date.now() + 60_000));
    expect(await found(service(), "claude")).toEqual({ path, version: "1.0.1" });
    expect(asked()).toBe(2);
    await found(service(), "claude", true);
    expect(asked()).toBe(3);
  });

  test("answers within seconds though a program hangs, ignores SIGTERM and has children, and leaves none of them", async () => {
    install(
      "gemini",
      `trap "" TERM; sleep 1000 & echo $! > ${folder}/child; echo $$ > ${folder}/self; while :; do sleep 1; done`,
    );
    install("claude", 'echo "2.0.0 (Claude Code)"');
    const started = performance.now();
    const { programs } = await service().list(false);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(programs.find((each) => each.id === "gemini")?.found).toEqual({ path: join(bin, "gemini"), version: null });
    expect(programs.find((each) => each.id === "claude")?.found?.version).toBe("2.0.0");
    for (const name of ["child", "self"]) {
      const pid = Number(readFileSync(join(folder, name), "utf8"));
      await expect.poll(() => alive(pid), { timeout: 3_000 }).toBe(false);
    }
    // Known now: the next look does not wait for it again.
    const again = performance.now();
    await service().list(false);
    expect(performance.now() - again).toBeLessThan(1_000);
  });

  test("gives a program no terminal, no input, no display, and an empty directory that goes away", async () => {
    install(
      "claude",
      `{ pwd; ls -A; read answer && echo "read:$answer"; (exec </dev/tty) 2>/dev/null && echo tty; echo "display:$DISPLAY browser:$BROWSER"; touch written; } > ${folder}/seen 2>&1; echo "1.0.0 (Claude Code)"`,
    );
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("cellar-version-")).length;
    await found(service(), "claude");
    const [cwd, ...rest] = readFileSync(join(folder, "seen"), "utf8").trim().split("\n");
    expect(cwd).toContain("cellar-version-");
    expect(rest).toEqual(["display: browser:false"]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("cellar-version-")).length).toBe(before);
  });

  test("does not take another program of the same name for the agent", async () => {
    install("goose", 'echo "goose version: v3.26.0"');
    expect(await found(service(), "goose")).toBeNull();
    install("goose", 'echo " 1.50.0"');
    expect(await found(service(), "goose", true)).toEqual({ path: join(bin, "goose"), version: "1.50.0" });
  });

  test("survives a version that fails, floods or is not what was expected", async () => {
    install("claude", "exit 3");
    install("codex", "while :; do echo nonsense; done");
    install("gemini", 'echo "who knows"');
    const programs = service();
    for (const id of ["claude", "codex", "gemini"]) {
      expect(await found(programs, id), id).toEqual({ path: join(bin, id), version: null });
    }
  });

  test("does not wait for a login shell that hangs when it is asked again", async () => {
    const path = install("claude", 'echo "1.0.0 (Claude Code)"');
    const programs = service(bin, () => new Promise(() => {}));
    expect(await found(programs, "claude", true)).toEqual({ path, version: "1.0.0" });
  });

  test("never looks in relative places of PATH, and takes no directory or text file for a program", async () => {
    mkdirSync(join(bin, "claude"));
    writeFileSync(join(bin, "codex"), "not executable", { mode: 0o644 });
    expect(await found(service(), "claude")).toBeNull();
    expect(await found(service(), "codex")).toBeNull();
    const path = install("gemini", "echo 1.0.0");
    expect(await found(service(relative(process.cwd(), bin)), "gemini")).toBeNull();
    expect(await found(service(), "gemini")).toEqual({ path, version: "1.0.0" });
  });

  test("shows a mistake in the person's file at its entry", async () => {
    writeFileSync(join(folder, "agent-programs.toml"), "[mine]\nname = 'Mine'\n");
    const { programs, problem, ownFile } = await service().list(false);
    expect(problem).toBeNull();
    expect(programs.find((program) => program.id === "mine")).toMatchObject({
      name: "Mine",
      found: null,
      problem: `${ownFile}, line 1: command is missing`,
    });
  });
});

test("the person's file is left alone where it shall not be read, and the list says so", async () => {
  writeFileSync(join(folder, "agent-programs.toml"), "[mine]\nname = 'Mine'\ncommand = ['mine']\n");
  const { programs, problem } = await service(bin, undefined, false).list(false);
  expect(problem).toContain("without your own agent programs");
  expect(programs.map(({ id }) => id)).not.toContain("mine");
});

describe("with the login shell of the person", () => {
  const startFiles = [
    { shell: "bash", startFile: ".bash_profile", line: () => `export PATH="${bin}:$PATH"` },
    { shell: "zsh", startFile: ".zshrc", line: () => `export PATH="${bin}:$PATH"` },
    { shell: "fish", startFile: ".config/fish/config.fish", line: () => `set -gx PATH "${bin}" $PATH` },
  ];
  for (const { shell, startFile, line } of startFiles) {
    test.skipIf(missing(shell))(`finds what the start file of ${shell} puts on PATH`, async () => {
      const path = install("claude", 'echo "1.0.0 (Claude Code)"');
      mkdirSync(join(folder, dirname(startFile)), { recursive: true });
      writeFileSync(join(folder, startFile), `${line()}\n`);
      const shellPath = onPath(shell) ?? shell;
      const env = await readLoginEnvironment({ PATH: "/usr/bin:/bin", HOME: folder, SHELL: shellPath });
      const programs = new AgentPrograms({
        builtinFolder,
        ownFile: join(folder, "agent-programs.toml"),
        database: store.database,
        loginEnvironment: async () => ({ shell: shellPath, env }),
        run: (command) => processes.run(command),
      });
      expect(await found(programs, "claude")).toEqual({ path, version: "1.0.0" });
      expect(await found(programs, "shell")).toEqual({ path: shellPath, version: null });
    });
  }
});

describe("a program that is to be launched", () => {
  test("is said to be missing with the way to install it", async () => {
    await expect(service().launchable("claude")).rejects.toMatchObject({
      code: "unavailable",
      message: "Claude Code is not installed: claude was not found on the PATH of your login shell",
      hint: expect.stringContaining("npm install -g @anthropic-ai/claude-code"),
    });
  });

  test("is refused when unknown or when its entry has a mistake", async () => {
    writeFileSync(join(folder, "agent-programs.toml"), "[mine]\nname = 'Mine'\n");
    await expect(service().launchable("nothing")).rejects.toMatchObject({ code: "not_found" });
    await expect(service().launchable("mine")).rejects.toMatchObject({
      code: "invalid_input",
      hint: expect.stringContaining("line 1: command is missing"),
    });
  });
});

test("the person's own file is made once, from a template that is itself correct", async () => {
  const programs = service();
  const path = await programs.ownFile();
  expect(await programs.list(false)).toMatchObject({ problem: null });
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(/^# (?=\[|[a-z]+ = )/gm, ""));
  const edited = readFileSync(path, "utf8");
  expect(await programs.ownFile()).toBe(path);
  expect(readFileSync(path, "utf8")).toBe(edited);
  const list = await programs.list(false);
  expect(list.problem).toBeNull();
  expect(list.programs.filter((program) => program.problem !== null)).toEqual([]);
  expect(list.programs.find((program) => program.id === "my-agent")).toMatchObject({
    prompt: "argument",
    source: "own",
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

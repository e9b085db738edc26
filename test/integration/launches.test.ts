/** Launches as they happen: a real terminal host, real terminals, a program that behaves like an agent, and a real database. */
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  Launches,
  launchesSchema,
  launchFolderSchema,
  launchIsolationSchema,
  launchReachSchema,
  launchTokensSchema,
} from "#main/launches/index.ts";
import { AgentPrograms, programsSchema } from "#main/programs/index.ts";
import { TerminalService } from "#main/terminals/index.ts";
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import { openStore, type Store } from "#node/store/index.ts";
import { Subprocesses } from "#node/subprocess.ts";
import type { SettingsChange } from "#shared/contract/settings.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

const double = join(import.meta.dirname, "../doubles/agent-program.mjs");
const builtinFolder = join(import.meta.dirname, "../../resources/agent-programs");

let folder: TemporaryFolder;
let paths: CellarPaths;
let bin: string;
let work: string;
let store: Store;
let processes: Subprocesses;
let workspaces: LiveList<Workspace>;
let workspace: Workspace;
let changes: SettingsChange[];
let main: Main;
const mcpUrl = "http://127.0.0.1:1234/mcp";

type Main = { client: TerminalHostClient; terminals: TerminalService; launches: Launches; close(): void };

beforeEach(async () => {
  folder = new TemporaryFolder("launches");
  vi.stubEnv("XDG_RUNTIME_DIR", folder.in("run"));
  paths = cellarPaths({ CELLAR_HOME: folder.in("home"), XDG_RUNTIME_DIR: folder.in("run") });
  bin = folder.in("bin");
  work = folder.in("work");
  for (const directory of [bin, work]) mkdirSync(directory);
  store = openStore({
    path: paths.database,
    migrations: [
      programsSchema,
      launchesSchema,
      launchTokensSchema,
      launchReachSchema,
      launchIsolationSchema,
      launchFolderSchema,
    ],
  });
  processes = new Subprocesses();
  changes = [];
  workspace = {
    id: "ws-00000001",
    name: "api",
    mode: "in-place",
    path: work,
    source: { kind: "folder", location: work },
    repository: null,
    branch: null,
    baseCommit: null,
    state: "ready",
    jobId: null,
    problem: null,
    createdAt: new Date().toISOString(),
  };
  workspaces = new LiveList();
  workspaces.set(workspace);
  main = await startMain();
});

afterEach(async () => {
  for (const terminal of main.terminals.list()) {
    if (terminal.resolvedAt === null) await main.client.call("terminals.kill", { id: terminal.id, force: true });
  }
  const { pid } = await main.client.connect();
  main.close();
  process.kill(pid, "SIGKILL");
  await processes.close();
  store.close();
  vi.unstubAllEnvs();
  folder[Symbol.dispose]();
});

/** The services over a real host, as main composes them. */
async function startMain(): Promise<Main> {
  const client = new TerminalHostClient(paths, { name: "test", version: "0", events: true });
  const terminals = new TerminalService({
    client,
    workspaceFolder: async () => work,
    inherit: async (wanted) => wanted,
    failed: () => {},
  });
  terminals.connect();
  const launches = new Launches({
    database: store.database,
    programs: new AgentPrograms({
      builtinFolder,
      ownFile: join(paths.home, "agent-programs.toml"),
      database: store.database,
      loginEnvironment: async () => ({ shell: "/bin/bash", env: { PATH: `${bin}:/usr/bin:/bin` } }),
      run: (command) => processes.run(command),
    }),
    workspaces: {
      async ready(id) {
        const found = workspaces.get(id);
        if (found === undefined) throw new Failure("not_found", `There is no workspace ${id}`);
        if (found.state !== "ready") throw new Failure("conflict", `'${found.name}' is ${found.state}`);
        return found;
      },
      watch: (signal) => workspaces.watch(signal),
    },
    terminals,
    settings: { change: (change) => changes.push(change) },
    mcpUrl: () => mcpUrl,
    hooks: {
      script: join(import.meta.dirname, "../../resources/bin/cellar-hook"),
      folder: join(paths.home, "hooks"),
      socket: paths.agentsSocket,
    },
    promptFolder: join(paths.home, "launches"),
    log: { warn: () => {} },
  });
  await terminals.known();
  return {
    client,
    terminals,
    launches,
    close() {
      launches.close();
      terminals.close();
      client.close();
    },
  };
}

/** What makes Claude Code use our hooks. */
const hooks = () => ["--settings", join(paths.home, "hooks", "claude.settings")];

/** Puts the double on PATH under a name; `variables` tell it how to behave. Returns the file it writes to. */
function install(name: string, variables: Record<string, string> = {}): () => Record<string, unknown>[] {
  const record = folder.in(`${name}-${randomUUID()}.jsonl`);
  const given = Object.entries({ AGENT_RECORD: record, ...variables }).map(([key, value]) => `${key}='${value}'`);
  writeFileSync(join(bin, name), `#!/bin/sh\n${given.join(" ")} exec '${process.execPath}' '${double}' "$@"\n`);
  chmodSync(join(bin, name), 0o755);
  return () => {
    try {
      return readFileSync(record, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    } catch {
      return [];
    }
  };
}

const until = <T>(ask: () => T) => expect.poll(ask, { timeout: 20_000, interval: 20 });
const terminalOf = (id: string) => main.terminals.list().find((terminal) => terminal.id === id);
const stateOf = (id: string) => terminalOf(id)?.state;
const type = (id: string, text: string) => main.terminals.write(id, text);
const start = (programId: string, more: { prompt?: string; arguments?: string[] } = {}) =>
  main.launches.start({ workspaceId: workspace.id, programId, ...more });

describe("a launch", () => {
  test("starts the program in the workspace with its conversation's id, which is recorded before", async () => {
    const record = install("claude");
    const { launch, terminal } = await start("claude", { prompt: "fix the tests", arguments: ["--model", "opus"] });
    expect(launch).toMatchObject({
      workspaceId: workspace.id,
      programId: "claude",
      programName: "Claude Code",
      isolation: "none",
      terminalId: terminal.id,
      prompt: "given",
      resumedFrom: null,
    });
    expect(terminal).toMatchObject({
      name: "api-claude",
      cwd: work,
      owner: { workspaceId: workspace.id, launchId: launch.id, programId: "claude" },
    });
    await until(record).toContainEqual(
      expect.objectContaining({
        started: [...hooks(), "--session-id", launch.conversationId, "fix the tests", "--model", "opus"],
        cwd: work,
        tty: true,
      }),
    );
    expect(launch.conversationId).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(changes).toEqual([{ lastProgramId: "claude" }]);
    expect(main.launches.list.values()).toEqual([launch]);
  });

  test("gives the program a token that tells which launch it is, also after a restart of main, and that no file keeps", async () => {
    const record = install("claude");
    const { launch } = await start("claude");
    await until(record).toContainEqual(expect.objectContaining({ token: expect.stringMatching(/^[\w-]{43}$/) }));
    const token = record()[0]!["token"] as string;
    expect(main.launches.ofToken(token)).toEqual(launch);
    expect(main.launches.ofToken(`${token}a`)).toBeNull();
    main.close();
    main = await startMain();
    expect(main.launches.ofToken(token)).toEqual(launch);
    for (const file of readdirSync(paths.home, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(token)).toBe(false);
    }
  });

  test("gives each of several terminals of one program a name of its own", async () => {
    install("claude");
    const names = [await start("claude"), await start("claude"), await start("claude")].map(
      (each) => each.terminal.name,
    );
    expect(names).toEqual(["api-claude", "api-claude-2", "api-claude-3"]);
  });

  test("pastes the prompt in one piece when the program is ready, and presses Enter after it", async () => {
    const record = install("aider", { AGENT_DELAY_MS: "400" });
    const { launch } = await start("aider", { prompt: "first line\n\tsecond 'line'" });
    expect(launch.prompt).toBe("waiting");
    await until(record).toContainEqual({ submitted: "first line\n\tsecond 'line'" });
    await until(() => main.launches.list.get(launch.id)?.prompt).toBe("given");
    const keys = record().flatMap((event) => (typeof event["keys"] === "string" ? [event["keys"]] : []));
    expect(keys.join("")).toBe("\x1b[200~first line\r\tsecond 'line'\x1b[201~\r");
  });

  test("pastes also when the program never knows a paste, or is never quiet", async () => {
    const plain = install("aider", { AGENT_INPUT: "plain" });
    await start("aider", { prompt: "hello plain" });
    await until(plain).toContainEqual({ submitted: "hello plain" });
    const busy = install("crush", { AGENT_INPUT: "busy", AGENT_DELAY_MS: "300" });
    await start("crush", { prompt: "hello busy" });
    await until(busy).toContainEqual({ submitted: "hello busy" });
  });

  test("pastes 150 KB unchanged", async () => {
    const record = install("claude");
    const prompt = "0123456789 äöü €\n".repeat(7_500).trimEnd();
    await start("claude", { prompt });
    await until(() => record().find((event) => "submitted" in event)?.["submitted"]).toBe(prompt);
  });

  test("gives a prompt on stdin through a file that is gone when the program runs, while keys still work", async () => {
    const record = install("amp");
    const { launch, terminal } = await start("amp", { prompt: "from stdin" });
    expect(launch.prompt).toBe("given");
    await until(record).toContainEqual({ stdin: "from stdin\n" });
    expect(record()[0]).toMatchObject({ started: [], tty: false });
    expect(readdirSync(join(paths.home, "launches"))).toEqual([]);
    await type(terminal.id, "typed\r");
    await until(record).toContainEqual({ submitted: "typed" });
  });

  test("never answers a question of the program with its prompt", async () => {
    const record = install("aider", { AGENT_INPUT: "question" });
    const { launch } = await start("aider", { prompt: "delete everything" });
    await until(() => main.launches.list.get(launch.id)?.prompt).toBe("failed");
    expect(record()).not.toContainEqual({ answered: "yes" });
    const keys = record().flatMap((event) => (typeof event["keys"] === "string" ? [event["keys"]] : []));
    expect(keys.join("")).toBe("\x1b[200~delete everything\x1b[201~");
  });

  test("of a program that ends before it is ready says that the prompt was not given", async () => {
    writeFileSync(join(bin, "aider"), "#!/bin/sh\nexit 7\n", { mode: 0o755 });
    const { launch, terminal } = await start("aider", { prompt: "never read" });
    await until(() => main.launches.list.get(launch.id)?.prompt).toBe("failed");
    await until(() => stateOf(terminal.id)).toBe("failed");
    expect(terminalOf(terminal.id)?.exitCode).toBe(7);
  });

  test("of the shell starts the login shell", async () => {
    const { launch, terminal } = await start("shell");
    await type(terminal.id, "echo this is $((40 + 2))\r");
    await expect.poll(() => main.terminals.tail(terminal.id, 50), { timeout: 20_000 }).toContain("this is 42");
    expect(launch).toMatchObject({ programName: "Shell", conversationId: null, prompt: "none" });
  });

  test("leaves nothing behind when it cannot be made", async () => {
    await expect(start("claude")).rejects.toMatchObject({ code: "unavailable" });
    install("claude");
    await expect(main.launches.start({ workspaceId: "ws-ffffffff", programId: "claude" })).rejects.toMatchObject({
      code: "not_found",
    });
    workspaces.set({ ...workspace, state: "creating" });
    await expect(start("claude")).rejects.toMatchObject({ code: "conflict" });
    workspaces.set({ ...workspace, path: folder.in("gone") });
    await expect(start("claude")).rejects.toBeInstanceOf(Failure);
    expect(main.launches.list.values()).toEqual([]);
    expect(store.database.prepare("SELECT count(*) FROM launches").pluck().get()).toBe(0);
    expect(changes).toEqual([]);
  });
});

describe("resuming a launch", () => {
  test("continues the conversation that was chosen, with the same arguments, as a launch of its own", async () => {
    const record = install("claude");
    const first = await start("claude", { arguments: ["--model", "opus"] });
    await expect(main.launches.resume(first.launch.id, undefined)).rejects.toMatchObject({ code: "conflict" });
    await until(record).toContainEqual({ ready: true });
    await type(first.terminal.id, "exit 3\r");
    await until(() => stateOf(first.terminal.id)).toBe("failed");
    const second = await main.launches.resume(first.launch.id, { cols: 100, rows: 30 });
    expect(second.launch).toMatchObject({ resumedFrom: first.launch.id, conversationId: first.launch.conversationId });
    expect(second.terminal.size).toEqual({ cols: 100, rows: 30 });
    await until(record).toContainEqual(
      expect.objectContaining({ started: [...hooks(), "--resume", first.launch.conversationId, "--model", "opus"] }),
    );
    expect(main.launches.list.values()).toHaveLength(2);
  });

  test("uses the id that a program says at its end", async () => {
    const said = randomUUID();
    const record = install("codex", { AGENT_TELLS: `To continue this session, run: codex resume ${said}` });
    const { launch, terminal } = await start("codex");
    expect(launch.conversationId).toBeNull();
    await until(record).toContainEqual({ ready: true });
    await type(terminal.id, "exit\r");
    await until(() => main.launches.list.get(launch.id)?.conversationId).toBe(said);
    await main.launches.resume(launch.id, undefined);
    await until(record).toContainEqual(
      expect.objectContaining({ started: [...Array<unknown>(8).fill(expect.any(String)), "resume", said] }),
    );
  });

  test("is refused where the program has not said which conversation it was", async () => {
    const record = install("codex");
    const { launch, terminal } = await start("codex");
    await until(record).toContainEqual({ ready: true });
    await type(terminal.id, "exit\r");
    await until(() => stateOf(terminal.id)).toBe("succeeded");
    await expect(main.launches.resume(launch.id, undefined)).rejects.toMatchObject({
      code: "unavailable",
      message: "Codex did not say which conversation this was",
    });
    await expect(main.launches.resume("launch-000000000000", undefined)).rejects.toMatchObject({ code: "not_found" });
  });
});

test("the launches of a workspace are forgotten with it", async () => {
  install("claude");
  const { launch } = await start("claude");
  workspaces.remove(workspace.id);
  await until(() => main.launches.list.get(launch.id)).toBeUndefined();
  expect(store.database.prepare("SELECT count(*) FROM launches").pluck().get()).toBe(0);
});

describe("after main was killed and started again", () => {
  test("launches are there, what ended meanwhile has its conversation, and a prompt that was waiting is said to have failed", async () => {
    const said = randomUUID();
    const codex = install("codex", { AGENT_TELLS: `codex resume ${said}` });
    install("aider", { AGENT_INPUT: "busy", AGENT_DELAY_MS: "60000" });
    const ended = await start("codex");
    const waiting = await start("aider", { prompt: "too slow" });
    await until(codex).toContainEqual({ ready: true });
    main.launches.close();
    await type(ended.terminal.id, "exit\r");
    await until(() => stateOf(ended.terminal.id)).toBe("succeeded");
    main.close();
    main = await startMain();
    expect(main.launches.list.get(waiting.launch.id)?.prompt).toBe("failed");
    await until(() => main.launches.list.get(ended.launch.id)?.conversationId).toBe(said);
  });
});

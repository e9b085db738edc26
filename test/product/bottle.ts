/**
 * A bottle without the services of main around it: the backend alone, a workspace, and a program on pipes. The same for every backend, so that
 * one suite can hold all of them to the same promises: `BenchWorld.start("docker")`, then a `world.bench()` per test.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type BackendPlan,
  type BottleBackend,
  type BottleReach,
  type BottleSpec,
  Bubblewrap,
  Docker,
  type HomeFile,
  type InsideCommand,
  type RunningBottle,
  readGitConfig,
} from "#main/bottles/index.ts";
import { Subprocesses } from "#node/subprocess.ts";
import { SmallServices } from "#test/doubles/bottle-services.ts";
import { DockerDaemon, testBaseImage } from "./docker.ts";
import { TemporaryFolder } from "./temporary.ts";

const mebibyte = 1024 * 1024;

/** A reach of nothing, to be added to. */
export const plainReach: BottleReach = {
  workspaceId: "ws-00000001",
  programId: "shell",
  provider: null,
  allowedHosts: [],
  routes: [],
  gitRepositories: [],
  supervise: false,
  drivesTerminals: false,
  tellsActivity: false,
  credential: { authToken: null, forwardHostCredentials: false },
};

/** Backends that run really here. */
export type BenchBackend = "bubblewrap" | "docker";

/** What the bottles of a suite share: for Docker an engine of their own. */
export class BenchWorld implements AsyncDisposable {
  readonly backend: BenchBackend;
  readonly daemon: DockerDaemon | null;

  private constructor(backend: BenchBackend, daemon: DockerDaemon | null) {
    this.backend = backend;
    this.daemon = daemon;
  }

  static async start(backend: BenchBackend): Promise<BenchWorld> {
    return new BenchWorld(backend, backend === "docker" ? await DockerDaemon.start() : null);
  }

  bench(): BottleBench {
    return new BottleBench(this.daemon);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon?.[Symbol.asyncDispose]();
  }
}

/** Those of a bottle whose limits a test wants to come to soon. */
export const benchLimits = () => ({
  memory: 4096 * mebibyte,
  processes: 500,
  fileSize: 64 * mebibyte,
  home: 8 * mebibyte,
  temporary: 8 * mebibyte,
});

export class BottleBench implements AsyncDisposable {
  readonly folder = new TemporaryFolder("bottle");
  readonly workspace = this.folder.in("work");
  readonly runtime = this.folder.in("run");
  readonly services = new SmallServices();
  readonly subprocesses = new Subprocesses();
  readonly backend: BottleBackend;
  /** The environment of what is run on the host for a bottle. */
  readonly #client: Record<string, string>;
  readonly #daemon: Pick<DockerDaemon, "environment"> | null;
  readonly #running: { bottle: RunningBottle; child: ChildProcess }[] = [];
  limits = benchLimits();

  /** In bubblewrap, or in Docker when there is an engine. */
  constructor(daemon: Pick<DockerDaemon, "environment"> | null = null) {
    mkdirSync(this.workspace);
    mkdirSync(this.runtime, { mode: 0o700 });
    this.#client = daemon?.environment ?? { PATH: "/usr/bin:/bin" };
    this.#daemon = daemon;
    this.backend = this.anotherBackend();
  }

  /** As a main that is started again makes it. */
  anotherBackend(): BottleBackend {
    const parts = {
      subprocesses: this.subprocesses,
      readGitConfig: readGitConfig(this.subprocesses),
      runtime: this.runtime,
      loginEnvironment: async () => this.#client,
    };
    if (this.#daemon === null) return new Bubblewrap(parts);
    return new Docker({
      ...parts,
      returned: this.folder.in("returned"),
      settings: () => ({ context: "", baseImage: testBaseImage }),
      tty: false,
    });
  }

  /** Runs a shell script in a bottle to its end. */
  async run(script: string, more: Started = {}): Promise<Ended> {
    return (await this.start(script, more)).ended;
  }

  async plan(more: Started = {}): Promise<{ spec: BottleSpec; plan: BackendPlan }> {
    const spec: BottleSpec = {
      workspace: { path: more.workspace ?? this.workspace } as never,
      program: {
        id: "shell",
        entry: { name: "Shell", command: [more.program ?? "/bin/sh"], image: { run: [] } } as never,
        path: more.program ?? "/bin/sh",
      },
      hostEnvironment: { PATH: "/usr/bin:/bin", ...more.hostEnvironment },
      skills: more.skills ?? [],
      dockerfile: more.dockerfile ?? null,
      limits: this.limits,
      keptHome: more.keptHome ?? null,
    };
    return { spec, plan: await this.backend.plan(spec) };
  }

  /** As main does it, up to the program's start. */
  async start(script: string, more: Started = {}): Promise<StartedBottle> {
    const id = `bottle-${randomBytes(6).toString("hex")}`;
    const directory = join(this.runtime, `b-${id.slice(7)}`);
    const { spec, plan } = await this.plan(more);
    mkdirSync(directory, { mode: 0o700 });
    const open = await this.services.open({ id, directory }, { ...plainReach, allowedHosts: ["allowed.example"] });
    const cwd = more.workspace ?? this.workspace;
    const argv = more.argv ?? ["/bin/sh", "-c", script];
    const environment = { HOME: "/home/agent", PATH: plan.path, ...more.environment };
    const command = await this.backend.create({
      id,
      spec,
      plan,
      directory,
      environment,
      argv,
      cwd,
      ports: open.ports,
      trust: more.trust ?? null,
      homeFiles: more.homeFiles ?? [],
      systemPrompt: more.systemPrompt ?? null,
    });
    const child = spawn(command.argv[0]!, command.argv.slice(1), {
      // What a person's environment may hold, and what must not be found inside.
      env: { ...this.#client, HOST_SECRET: "of the host", ...command.env },
      cwd: "/",
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    // Listened to from the first byte on: it may be over before anybody asks.
    const output = listen(child);
    const bottle = { id, directory, ports: open.ports, pid: child.pid!, cwd, limits: this.limits };
    this.#running.push({ bottle, child });
    await this.backend.enter(bottle);
    const found = await this.backend.probe(bottle, null);
    if (found.length > 0) throw new Error(found.join("; "));
    await this.backend.release(bottle);
    return { bottle, child, ...output };
  }

  /** Runs something else in a bottle to its end. */
  async exec(bottle: RunningBottle, argv: readonly string[], more: Partial<InsideCommand> = {}): Promise<Ended> {
    const command = await this.backend.inside(bottle, { argv, tty: false, ...more });
    const ended = await this.subprocesses.run({
      program: command.argv[0]!,
      args: command.argv.slice(1),
      env: { ...this.#client, ...command.env },
      timeoutMs: 60_000,
    });
    return { ...ended, stdout: ended.stdout.toString() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { bottle, child } of this.#running) {
      await this.backend.destroy(bottle);
      // As main ends the terminal.
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
      await this.services.close(bottle.id);
    }
    this.backend.close();
    await this.subprocesses.close();
    this.folder[Symbol.dispose]();
  }
}

export type Started = {
  workspace?: string;
  argv?: string[];
  program?: string;
  environment?: Record<string, string>;
  hostEnvironment?: Record<string, string>;
  keptHome?: string;
  dockerfile?: string;
  systemPrompt?: string;
  trust?: string;
  homeFiles?: HomeFile[];
  skills?: { name: string; path: string }[];
};

export type Ended = { exitCode: number | null; stdout: string; stderr: string };

type StartedBottle = {
  bottle: RunningBottle;
  child: ChildProcess;
  ended: Promise<Ended>;
  /** What it has printed so far. */
  said: () => string;
};

function listen(child: ChildProcess): Pick<StartedBottle, "ended" | "said"> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (bytes) => {
    stdout += bytes;
  });
  child.stderr?.on("data", (bytes) => {
    stderr += bytes;
  });
  const ended = once(child, "close").then(() => ({ exitCode: child.exitCode, stdout, stderr }));
  return { ended, said: () => stdout };
}

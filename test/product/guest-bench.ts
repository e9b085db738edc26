/** A backend alone, without the services of main around it, with a workspace and a program on pipes: for backends whose machines are elsewhere. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BottleBackend, RunningBottle } from "#main/bottles/index.ts";
import { Subprocesses } from "#node/subprocess.ts";
import { SmallServices } from "#test/doubles/bottle-services.ts";
import { benchLimits, type Ended, plainReach, type Started } from "./bottle.ts";
import { TemporaryFolder } from "./temporary.ts";

export type BenchParts = { folder: TemporaryFolder; runtime: string; subprocesses: Subprocesses };
export type StartedGuest = { bottle: RunningBottle; child: ChildProcess; ended: Promise<Ended>; said(): string };

export class GuestBench implements AsyncDisposable {
  readonly folder = new TemporaryFolder("guest");
  readonly workspace = this.folder.in("work");
  readonly runtime = this.folder.in("run");
  readonly services = new SmallServices();
  readonly subprocesses = new Subprocesses();
  readonly #running: RunningBottle[] = [];
  readonly #make: (parts: BenchParts) => BottleBackend;
  backend: BottleBackend;
  limits = benchLimits();

  constructor(make: (parts: BenchParts) => BottleBackend) {
    mkdirSync(this.workspace);
    mkdirSync(this.runtime, { mode: 0o700 });
    this.#make = make;
    this.backend = make(this);
  }

  /** As after a restart of main: nothing is remembered. */
  restart(): void {
    this.backend.close();
    this.backend = this.#make(this);
  }

  spec(more: Started = {}) {
    return {
      workspace: { path: more.workspace ?? this.workspace } as never,
      program: { id: "shell", entry: { name: "Shell" } as never, path: more.program ?? "/bin/sh" },
      hostEnvironment: { PATH: "/usr/bin:/bin", ...more.hostEnvironment },
      skills: more.skills ?? [],
      dockerfile: null,
      limits: this.limits,
      keptHome: more.keptHome ?? null,
    };
  }

  /** Up to the gate: created and entered, not released. */
  async begin(script: string, more: Started = {}): Promise<StartedGuest> {
    const id = `bottle-${randomBytes(6).toString("hex")}`;
    const directory = join(this.runtime, `b-${id.slice(7)}`);
    const spec = this.spec(more);
    const plan = await this.backend.plan(spec);
    mkdirSync(directory, { mode: 0o700 });
    const open = await this.services.open({ id, directory }, { ...plainReach, allowedHosts: ["allowed.example"] });
    const bottle = { id, directory, ports: open.ports, pid: null as number | null, limits: this.limits };
    this.#running.push(bottle);
    const command = await this.backend.create({
      id,
      spec,
      plan,
      directory,
      environment: { HOME: "/home/agent", PATH: plan.path, ...more.environment },
      argv: more.argv ?? ["/bin/sh", "-c", script],
      cwd: more.workspace ?? this.workspace,
      ports: open.ports,
      trust: more.trust ?? null,
      homeFiles: more.homeFiles ?? [],
      systemPrompt: more.systemPrompt ?? null,
    });
    const child = spawn(command.argv[0]!, command.argv.slice(1), {
      env: { PATH: "/usr/bin:/bin", HOST_SECRET: "of the host", ...command.env },
      cwd: "/",
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes) => {
      stdout += bytes;
    });
    child.stderr.on("data", (bytes) => {
      stderr += bytes;
    });
    const ended = once(child, "close").then(() => ({ exitCode: child.exitCode, stdout, stderr }));
    bottle.pid = child.pid!;
    try {
      await this.backend.enter(bottle);
    } catch (error) {
      throw new Error(`${(error as Error).message} ${stdout}${stderr}`, { cause: error });
    }
    return { bottle, child, ended, said: () => stdout };
  }

  async start(script: string, more: Started = {}): Promise<StartedGuest> {
    const started = await this.begin(script, more);
    const found = await this.backend.probe(started.bottle, null);
    if (found.length > 0) throw new Error(found.join("; "));
    await this.backend.release(started.bottle);
    return started;
  }

  async run(script: string, more: Started = {}): Promise<Ended> {
    return (await this.start(script, more)).ended;
  }

  /** Something else inside, with `input` on its stdin. */
  async inside(bottle: RunningBottle, script: string, input = ""): Promise<Ended> {
    const command = await this.backend.inside(bottle, { argv: ["/bin/sh", "-c", script], tty: false });
    const [program = "", ...args] = command.argv;
    const child = spawn(program, args, { env: { PATH: "/usr/bin:/bin", ...command.env }, stdio: "pipe" });
    child.stdin.end(input);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes) => {
      stdout += bytes;
    });
    child.stderr.on("data", (bytes) => {
      stderr += bytes;
    });
    await once(child, "close");
    return { exitCode: child.exitCode, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bottle of this.#running) {
      await this.backend.destroy(bottle).catch((error: Error) => console.error(error.message));
      await this.services.close(bottle.id);
    }
    this.backend.close();
    await this.subprocesses.close();
    this.folder[Symbol.dispose]();
  }
}

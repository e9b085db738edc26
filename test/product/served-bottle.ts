/** A bubblewrap bottle with real services beside it, without the rest of main: as main starts one, and for programs that are run in it. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { joinEnvironments } from "#main/bottles/bottle-services.ts";
import { bottleEnvironment } from "#main/bottles/environment.ts";
import {
  type BottleReach,
  type BottleServices,
  Bubblewrap,
  type RunningBottle,
  readGitConfig,
} from "#main/bottles/index.ts";
import { Subprocesses } from "#node/subprocess.ts";
import { TemporaryFolder } from "./temporary.ts";

const mebibyte = 1024 * 1024;

export type Ran = { exitCode: number | null; stdout: string; stderr: string };

export type ServedBottleParts = {
  services: BottleServices;
  reach: BottleReach;
  /** A program whose folders are seen inside; nothing of it is run by itself. */
  program?: string;
};

export class ServedBottle implements AsyncDisposable {
  readonly folder = new TemporaryFolder("served");
  readonly workspace = this.folder.in("work");
  readonly id = `bottle-${randomBytes(6).toString("hex")}`;
  environment: Record<string, string> = {};
  readonly #subprocesses = new Subprocesses();
  readonly #backend: Bubblewrap;
  readonly #parts: ServedBottleParts;
  #bottle!: RunningBottle;
  #child: ChildProcess | null = null;

  private constructor(parts: ServedBottleParts) {
    this.#parts = parts;
    for (const folder of [this.workspace, this.folder.in("run")]) mkdirSync(folder, { mode: 0o700 });
    this.#backend = new Bubblewrap({
      subprocesses: this.#subprocesses,
      readGitConfig: readGitConfig(this.#subprocesses),
      runtime: this.folder.in("run"),
      loginEnvironment: async () => ({ PATH: "/usr/bin:/bin" }),
    });
  }

  /** Probed and let in as any other. */
  static async start(parts: ServedBottleParts): Promise<ServedBottle> {
    const served = new ServedBottle(parts);
    try {
      await served.#start();
      return served;
    } catch (error) {
      await served[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { services, reach, program = "/bin/sh" } = this.#parts;
    const { id } = this;
    const directory = join(this.folder.in("run"), `b-${id.slice(7)}`);
    const limits = {
      memory: 8192 * mebibyte,
      processes: 2000,
      fileSize: 512 * mebibyte,
      home: 256 * mebibyte,
      temporary: 256 * mebibyte,
    };
    const spec = {
      workspace: { path: this.workspace } as never,
      program: { id: "shell", entry: { name: "Shell" } as never, path: program },
      hostEnvironment: { PATH: "/usr/bin:/bin" },
      skills: [],
      dockerfile: null,
      limits,
      keptHome: null,
    };
    const plan = await this.#backend.plan(spec);
    mkdirSync(directory, { mode: 0o700 });
    const place = { id, label: "served", launchId: "launch-000000000001", directory };
    const open = await services.open(place, reach);
    const { ports, homeFiles, trust } = open;
    this.environment = joinEnvironments(
      bottleEnvironment({ host: {}, path: plan.path, ports, identity: null }),
      open.environment,
    );
    const { environment, workspace: cwd } = this;
    const argv = ["/bin/sleep", "infinity"];
    const bottle = { id, spec, plan, directory, environment, argv, cwd, ports, trust, homeFiles, systemPrompt: null };
    const command = await this.#backend.create(bottle);
    this.#child = spawn(command.argv[0]!, command.argv.slice(1), {
      env: { PATH: "/usr/bin:/bin", ...command.env },
      cwd: "/",
      stdio: "ignore",
      detached: true,
    });
    this.#bottle = { id, directory, ports, pid: this.#child.pid!, limits };
    await this.#backend.enter(this.#bottle);
    const found = await this.#backend.probe(this.#bottle, open.probe);
    if (found.length > 0) throw new Error(found.join("; "));
    await this.#backend.release(this.#bottle);
  }

  /** Runs a program inside to its end. */
  async run(argv: readonly string[], environment: Record<string, string> = {}): Promise<Ran> {
    const inside = await this.#backend.inside(this.#bottle, { argv, environment, cwd: this.workspace, tty: false });
    const child = spawn(inside.argv[0]!, inside.argv.slice(1), {
      env: { PATH: "/usr/bin:/bin", ...inside.env },
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ran: Ran = { exitCode: null, stdout: "", stderr: "" };
    child.stdout.on("data", (bytes) => (ran.stdout += bytes));
    child.stderr.on("data", (bytes) => (ran.stderr += bytes));
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { ...ran, exitCode };
  }

  shell(script: string, environment: Record<string, string> = {}): Promise<Ran> {
    return this.run(["/bin/sh", "-c", script], environment);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#bottle !== undefined) await this.#backend.destroy(this.#bottle);
    else this.#child?.kill("SIGKILL");
    await this.#parts.services.close(this.id);
    this.#backend.close();
    await this.#subprocesses.close();
    this.folder[Symbol.dispose]();
  }
}

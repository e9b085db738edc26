/** The Docker backend: one container per bottle without any network but its loopback, and one beside it that leads the ports there to the services. */
import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Subprocesses } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";
import type {
  Availability,
  BackendPlan,
  BottleBackend,
  BottleCommand,
  BottleSpec,
  BottleToStart,
  EndReport,
  InsideCommand,
  Leftover,
  ProbeHeader,
  RunningBottle,
} from "../backend.ts";
import { removeBottleDirectory } from "../directory.ts";
import { directoryOf, homeMark } from "../ids.ts";
import { holdPlaceholders, type ReadGitConfig, releasePlaceholders } from "../protect.ts";
import { createArguments } from "./arguments.ts";
import { tryDocker } from "./availability.ts";
import { bottlesOn, notRunning, removeContainer, stateOf, untilRunning } from "./containers.ts";
import { type Engine, type EngineAddress, engineFailure } from "./engine.ts";
import { Engines } from "./engines.ts";
import type { InsideProbe } from "./forward.ts";
import { makeImages } from "./images.ts";
import { type Kept, keep, keptOf, keptOrThrow, seccompFile } from "./kept.ts";
import { containerName, guestFiles, keeper, portsName } from "./names.ts";
import { type DockerDetails, planContainer } from "./plan.ts";
import { Ports } from "./ports.ts";
import { environmentFile, insideCommand, launchCommand, moreEnvironmentPath, openGate } from "./scripts.ts";
import { seccompProfile } from "./seccomp.ts";
import { fetchBack, noteReleased, send } from "./sent.ts";
import { type Waiting, waitingOf } from "./waiting.ts";
import { EngineWatch } from "./watch.ts";

export type DockerParts = {
  subprocesses: Subprocesses;
  readGitConfig: ReadGitConfig;
  /** The home's runtime directory, in which the bottles' directories are. */
  runtime: string;
  loginEnvironment(): Promise<Record<string, string>>;
  /** Where copies lie that could not be put back. */
  returned: string;
  /** As the settings have them now: a Docker context (empty: the environment's), and the image that everything is built on. */
  settings(): { context: string; baseImage: string };
  /** False where the command runs on pipes and not in a terminal. */
  tty?: boolean;
};

const files = { placeholders: "placeholders", build: "image" } as const;

export class Docker implements BottleBackend<DockerDetails> {
  readonly name = "docker";
  readonly summary = "Containers of a Docker engine: an image of its own, limits for all of it";
  readonly #parts: DockerParts;
  readonly #home: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #watch: EngineWatch;
  readonly #engines: Engines;
  readonly #ports: Ports;

  constructor(parts: DockerParts) {
    this.#parts = parts;
    this.#home = homeMark(parts.runtime);
    this.#watch = new EngineWatch(this.#home);
    this.#engines = new Engines(parts);
    this.#ports = new Ports(this.#home);
  }

  async available(): Promise<Availability> {
    return tryDocker(await this.#engines.chosen());
  }

  async plan(spec: BottleSpec): Promise<BackendPlan<DockerDetails>> {
    return planContainer(
      await this.#engines.chosen(),
      spec,
      this.#parts.settings().baseImage,
      this.#parts.readGitConfig,
    );
  }

  async create(bottle: BottleToStart<DockerDetails>): Promise<BottleCommand> {
    const { id, directory, plan, spec } = bottle;
    const { address, traits, uid, gid, image, baseImage, placeholders } = plan.details;
    const engine = this.#engines.at(address);
    const at = (name: string) => join(directory, name);
    const images = await makeImages(
      engine,
      image,
      { uid, gid, portsInside: traits.ports === "inside" },
      baseImage,
      at(files.build),
    );
    await holdPlaceholders(at(files.placeholders), placeholders);
    await writeFile(seccompFile(directory), JSON.stringify(seccompProfile()), { mode: 0o600, flag: "wx" });
    const ports = bottle.ports.map(({ port, socket }) => ({ port, socket }));
    const kept: Kept = { address, uid, gid, cwd: bottle.cwd, portsImage: images.ports, ports, traits };
    await keep(directory, kept);
    const where = traits.distant
      ? { mounts: [], volumes: await send(engine, bottle, this.#home, images.program), keptHome: null, trust: null }
      : { mounts: plan.mounts, volumes: [], keptHome: spec.keptHome, trust: bottle.trust };
    const args = createArguments({
      id,
      home: this.#home,
      image: images.program,
      uid,
      gid,
      limits: spec.limits,
      ...where,
      seccomp: seccompFile(directory),
      traits,
      tty: this.#parts.tty ?? true,
    });
    await engine.text(args, "Making the container");
    this.#waiting.set(id, waitingOf(bottle, images.path));
    return { argv: launchCommand(containerName(id), id, engine.command()), env: clientEnvironment(address) };
  }

  async enter(bottle: RunningBottle): Promise<void> {
    const waiting = this.#waiting.get(bottle.id);
    const kept = await keptOf(bottle.directory);
    if (waiting === undefined || kept === null) throw new Failure("failed", "The bottle was not made");
    this.#waiting.delete(bottle.id);
    const engine = this.#engines.at(kept.address);
    this.#watch.add(bottle.id, engine);
    await untilRunning(engine, containerName(bottle.id));
    try {
      await this.#ports.open(engine, bottle, kept);
    } catch (error) {
      const state = await stateOf(engine, containerName(bottle.id));
      throw state?.status === "running" ? error : notRunning(state);
    }
    const fill = ["exec", "--interactive", "--user", `${keeper}:${keeper}`, containerName(bottle.id), "/bin/sh"];
    const ended = await engine.run(fill, { input: waiting.script });
    if (ended.exitCode === 3) {
      throw new Failure("unavailable", `There is no ${waiting.program} in the image`, {
        hint: "Install it in the Dockerfile of the manifest, or in image.run of the program's entry.",
      });
    }
    if (ended.exitCode !== 0) throw engineFailure(ended, "Filling the bottle");
  }

  async probe(bottle: RunningBottle, header: ProbeHeader | null): Promise<string[]> {
    const kept = await keptOrThrow(bottle.directory);
    const engine = this.#engines.at(kept.address);
    const gateway = bottle.ports.find(({ name }) => name === "gateway");
    const asked: InsideProbe = {
      ports: bottle.ports.map(({ port }) => port),
      probe: { gateway: gateway?.port ?? null, header },
    };
    if (kept.traits.ports === "beside") await untilRunning(engine, portsName(bottle.id));
    const where =
      kept.traits.ports === "inside"
        ? ["--user", `${kept.uid}:${kept.gid}`, containerName(bottle.id)]
        : [portsName(bottle.id)];
    const args = ["exec", "--interactive", ...where, "node", `${guestFiles.ports}/forward.js`, "probe"];
    const said = await engine.text(args, "Probing the bottle", { input: JSON.stringify(asked) });
    return JSON.parse(said) as string[];
  }

  async release(bottle: RunningBottle): Promise<void> {
    const kept = await keptOrThrow(bottle.directory);
    const engine = this.#engines.at(kept.address);
    const user = `${kept.uid}:${kept.gid}`;
    // Before: a program that ran has work to be brought back, whatever happens to main now.
    if (kept.traits.distant) await noteReleased(bottle.directory);
    await engine.text(
      ["exec", "--user", user, containerName(bottle.id), "/bin/sh", "-c", openGate],
      "Opening the gate",
    );
  }

  async rejoin(bottle: RunningBottle): Promise<void> {
    const kept = await keptOrThrow(bottle.directory);
    const engine = this.#engines.at(kept.address);
    this.#watch.add(bottle.id, engine);
    const state = await stateOf(engine, containerName(bottle.id));
    if (state?.status !== "running") throw notRunning(state);
    // One that has the sockets goes on without main: there is nothing to do unless it was ended.
    if ((await stateOf(engine, portsName(bottle.id)))?.status !== "running")
      await this.#ports.open(engine, bottle, kept);
  }

  async inside(bottle: RunningBottle, { argv, cwd, environment, tty }: InsideCommand): Promise<BottleCommand> {
    const kept = await keptOrThrow(bottle.directory);
    const engine = this.#engines.at(kept.address);
    const container = containerName(bottle.id);
    const mark = randomBytes(6).toString("hex");
    let more = "";
    if (environment !== undefined && Object.keys(environment).length > 0) {
      more = moreEnvironmentPath(mark);
      const write = [
        "exec",
        "--interactive",
        "--user",
        `${keeper}:${keeper}`,
        container,
        "/bin/sh",
        "-c",
        `umask 022; cat >${more}`,
      ];
      await engine.text(write, "Running something in the bottle", { input: environmentFile(environment) });
    }
    const command = insideCommand({
      client: engine.command(),
      container,
      user: `${kept.uid}:${kept.gid}`,
      cwd: cwd ?? kept.cwd,
      mark,
      environment: more,
      tty,
      argv,
    });
    // On pipes it has nothing of the person's environment; an ssh that leads to the engine finds its keys and its configuration by that.
    return { argv: command, env: tty ? clientEnvironment(kept.address) : kept.address.env };
  }

  /** What the program has made on another computer comes back before it goes there; when that fails, nothing goes. */
  async destroy({ id, directory }: Pick<RunningBottle, "id" | "directory">, report?: EndReport): Promise<void> {
    this.#waiting.delete(id);
    this.#ports.leave(id);
    const kept = await keptOf(directory);
    const there = await readdir(directory).catch(() => null);
    // Without a note of its engine no container was made, unless the directory was lost with it.
    if (kept !== null || there === null) {
      const engine = await this.#engines.ofBottle(directory);
      await this.#removeContainers(engine, id);
      if (kept === null || kept.traits.distant) {
        await fetchBack(engine, { id, directory }, join(this.#parts.returned, id), report);
      }
    }
    await releasePlaceholders(join(directory, files.placeholders));
    await removeBottleDirectory(directory);
    this.#watch.remove(id);
  }

  async enumerate(): Promise<string[]> {
    return this.#bottles("running");
  }

  async leftovers(known: ReadonlySet<string>): Promise<Leftover[]> {
    const ids = await this.#bottles("all");
    return ids
      .filter((id) => !known.has(id))
      .map((id) => ({
        kind: "container",
        bottleId: id,
        what: `Container of a bottle that no terminal shows (${containerName(id)})`,
        key: directoryOf(this.#parts.runtime, id),
      }));
  }

  async removeLeftover({ bottleId, key }: Leftover): Promise<void> {
    if (bottleId !== null) await this.destroy({ id: bottleId, directory: key });
  }

  watch(changed: () => void): void {
    this.#watch.onChange(changed);
  }

  close(): void {
    this.#watch.close();
    this.#ports.close();
    this.#waiting.clear();
  }

  async #bottles(which: "running" | "all"): Promise<string[]> {
    const found = await Promise.all((await this.#engines.all()).map((engine) => bottlesOn(engine, this.#home, which)));
    return [...new Set(found.flat())];
  }

  async #removeContainers(engine: Engine, id: string): Promise<void> {
    await Promise.all([containerName(id), portsName(id)].map((name) => removeContainer(engine, name)));
  }
}

/** What leads the client to the engine, for a command that the terminal host starts in the person's environment. */
function clientEnvironment({ env }: EngineAddress): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("DOCKER_")));
}

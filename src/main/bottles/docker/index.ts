/** The Docker backend: one container per bottle without any network but its loopback, and one beside it that leads the ports there to the services. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
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
import { bringBack, type Sent } from "../elsewhere/put-back.ts";
import { treeOf } from "../elsewhere/tree.ts";
import { holdPlaceholders, type ReadGitConfig, releasePlaceholders } from "../protect.ts";
import { createArguments, labelled, portsArguments, portsInsideArguments, type Volume } from "./arguments.ts";
import { tryDocker } from "./availability.ts";
import { notRunning, removeContainer, stateOf, untilRunning } from "./containers.ts";
import { Engine, type EngineAddress, engineAddress, engineFailure } from "./engine.ts";
import type { InsideProbe } from "./forward.ts";
import { load, removeFreight, unload } from "./freight.ts";
import { makeImages } from "./images.ts";
import { type Kept, keep, keptOf, keptOrThrow } from "./kept.ts";
import { containerName, guestFiles, homeMark, keeper, labels, portsName } from "./names.ts";
import { type DockerDetails, planContainer } from "./plan.ts";
import { environmentFile, insideCommand, launchCommand, moreEnvironmentPath, openGate } from "./scripts.ts";
import { seccompProfile } from "./seccomp.ts";
import { StdioPorts } from "./stdio-ports.ts";
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

const files = {
  seccomp: "seccomp.json",
  placeholders: "placeholders",
  build: "image",
  /** What was sent to another computer, and that the program ran there. */
  sent: "sent.json",
  released: "released",
} as const;

export class Docker implements BottleBackend<DockerDetails> {
  readonly name = "docker";
  readonly summary = "Containers of a Docker engine: an image of its own, limits for all of it";
  readonly #parts: DockerParts;
  readonly #home: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #watch: EngineWatch;
  readonly #stdio = new StdioPorts();

  constructor(parts: DockerParts) {
    this.#parts = parts;
    this.#home = homeMark(parts.runtime);
    this.#watch = new EngineWatch(this.#home);
  }

  async available(): Promise<Availability> {
    return tryDocker(await this.#engine());
  }

  async plan(spec: BottleSpec): Promise<BackendPlan<DockerDetails>> {
    return planContainer(await this.#engine(), spec, this.#parts.settings().baseImage, this.#parts.readGitConfig);
  }

  async create(bottle: BottleToStart<DockerDetails>): Promise<BottleCommand> {
    const { id, directory, plan, spec } = bottle;
    const { address, traits, uid, gid, image, baseImage, placeholders } = plan.details;
    const engine = new Engine(this.#parts.subprocesses, address);
    const at = (name: string) => join(directory, name);
    const images = await makeImages(
      engine,
      image,
      { uid, gid, portsInside: traits.ports === "inside" },
      baseImage,
      at(files.build),
    );
    await holdPlaceholders(at(files.placeholders), placeholders);
    await writeFile(at(files.seccomp), JSON.stringify(seccompProfile()), { mode: 0o600, flag: "wx" });
    const ports = bottle.ports.map(({ port, socket }) => ({ port, socket }));
    const kept: Kept = { address, uid, gid, cwd: bottle.cwd, portsImage: images.ports, ports, traits };
    await keep(directory, kept);
    const where = traits.distant
      ? { mounts: [], volumes: await this.#send(engine, bottle, images.program), keptHome: null, trust: null }
      : { mounts: plan.mounts, volumes: [], keptHome: spec.keptHome, trust: bottle.trust };
    const args = createArguments({
      id,
      home: this.#home,
      image: images.program,
      uid,
      gid,
      limits: spec.limits,
      ...where,
      seccomp: at(files.seccomp),
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
    const engine = new Engine(this.#parts.subprocesses, kept.address);
    this.#watch.add(bottle.id, engine);
    await untilRunning(engine, containerName(bottle.id));
    try {
      await this.#openPorts(engine, bottle, kept);
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
    const engine = new Engine(this.#parts.subprocesses, kept.address);
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
    const engine = new Engine(this.#parts.subprocesses, kept.address);
    const user = `${kept.uid}:${kept.gid}`;
    // Before: a program that ran has work to be brought back, whatever happens to main now.
    if (kept.traits.distant) await writeFile(join(bottle.directory, files.released), "", { mode: 0o600 });
    await engine.text(
      ["exec", "--user", user, containerName(bottle.id), "/bin/sh", "-c", openGate],
      "Opening the gate",
    );
  }

  async rejoin(bottle: RunningBottle): Promise<void> {
    const kept = await keptOrThrow(bottle.directory);
    const engine = new Engine(this.#parts.subprocesses, kept.address);
    this.#watch.add(bottle.id, engine);
    const state = await stateOf(engine, containerName(bottle.id));
    if (state?.status !== "running") throw notRunning(state);
    // One that has the sockets goes on without main: there is nothing to do unless it was ended.
    if ((await stateOf(engine, portsName(bottle.id)))?.status !== "running")
      await this.#openPorts(engine, bottle, kept);
  }

  async inside(bottle: RunningBottle, { argv, cwd, environment, tty }: InsideCommand): Promise<BottleCommand> {
    const kept = await keptOrThrow(bottle.directory);
    const engine = new Engine(this.#parts.subprocesses, kept.address);
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
    this.#stdio.leave(id);
    const kept = await keptOf(directory);
    const there = await readdir(directory).catch(() => null);
    // Without a note of its engine no container was made, unless the directory was lost with it.
    if (kept !== null || there === null) {
      const engine = await this.#engineOf(directory);
      await this.#removeContainers(engine, id);
      if (kept === null || kept.traits.distant) await this.#fetchBack(engine, id, directory, report);
    }
    await releasePlaceholders(join(directory, files.placeholders));
    await removeBottleDirectory(directory);
    this.#watch.remove(id);
  }

  async #send(engine: Engine, bottle: BottleToStart<DockerDetails>, image: string): Promise<Volume[]> {
    const { id, directory, spec, plan, trust } = bottle;
    const { uid, gid, held } = plan.details;
    const workspace = spec.workspace.path;
    const tree = await treeOf(workspace);
    const sent: Sent = { workspace, keptHome: spec.keptHome, held, tree: [...tree] };
    await writeFile(join(directory, files.sent), JSON.stringify(sent), { mode: 0o600, flag: "wx" });
    return load(engine, {
      id,
      labelled: labelled(id, this.#home, "freight"),
      image,
      owner: { uid, gid },
      workspace: { as: "", folder: workspace, tree },
      keptHome: spec.keptHome,
      skills: spec.skills,
      trust,
    });
  }

  async #fetchBack(engine: Engine, id: string, directory: string, report: EndReport | undefined): Promise<void> {
    const sent = await readFile(join(directory, files.sent), "utf8").catch(() => null);
    // One whose directory is gone may have run; what it holds is kept.
    const fetch = sent === null || existsSync(join(directory, files.released)) ? await unload(engine, id) : null;
    if (fetch !== null) {
      const known = sent === null ? null : (JSON.parse(sent) as Sent);
      await bringBack(known, fetch, join(this.#parts.returned, id), report);
    }
    await removeFreight(engine, id);
  }

  async enumerate(): Promise<string[]> {
    const found = await Promise.all((await this.#engines()).map((engine) => this.#containers(engine, false)));
    return [...new Set(found.flat().map(({ bottle }) => bottle))];
  }

  async leftovers(known: ReadonlySet<string>): Promise<Leftover[]> {
    const found = (await Promise.all((await this.#engines()).map((engine) => this.#containers(engine, true)))).flat();
    const ids = [...new Set(found.map(({ bottle }) => bottle))].filter((id) => !known.has(id));
    return ids.map((id) => ({
      kind: "container",
      bottleId: id,
      what: `Container of a bottle that no terminal shows (${containerName(id)})`,
      key: join(this.#parts.runtime, `b-${id.slice("bottle-".length)}`),
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
    this.#stdio.close();
    this.#waiting.clear();
  }

  async #openPorts(engine: Engine, bottle: Pick<RunningBottle, "id" | "directory">, kept: Kept): Promise<void> {
    const args = portsArguments({
      id: bottle.id,
      home: this.#home,
      image: kept.portsImage,
      uid: kept.uid,
      gid: kept.gid,
      directory: bottle.directory,
      ports: kept.ports,
      seccomp: join(bottle.directory, files.seccomp),
      traits: kept.traits,
    });
    const { id } = bottle;
    if (kept.traits.ports === "inside") {
      this.#stdio.join(id, kept.address, portsInsideArguments(id, kept.ports), kept.ports);
      return;
    }
    await removeContainer(engine, portsName(id));
    if (kept.traits.ports === "beside") this.#stdio.join(id, kept.address, args, kept.ports);
    else await engine.text(args, "Opening the bottle's ports");
  }

  async #removeContainers(engine: Engine, id: string): Promise<void> {
    await Promise.all([containerName(id), portsName(id)].map((name) => removeContainer(engine, name)));
  }

  /** Containers of this home: those that run, or all. */
  async #containers(engine: Engine, all: boolean): Promise<{ bottle: string }[]> {
    const filter = [
      "--filter",
      `label=${labels.home}=${this.#home}`,
      ...(all ? [] : ["--filter", `label=${labels.role}=program`]),
    ];
    const format = `{{.Label "${labels.bottle}"}}`;
    const said = await engine.text(
      ["ps", ...(all ? ["--all"] : []), ...filter, "--format", format],
      "Listing the bottles",
    );
    return said
      .split("\n")
      .filter((id) => /^bottle-[0-9a-f]{12}$/.test(id))
      .map((bottle) => ({ bottle }));
  }

  async #engine(): Promise<Engine> {
    const { context } = this.#parts.settings();
    return new Engine(this.#parts.subprocesses, engineAddress(await this.#parts.loginEnvironment(), context));
  }

  async #engineOf(directory: string): Promise<Engine> {
    const kept = await keptOf(directory);
    return kept === null ? this.#engine() : new Engine(this.#parts.subprocesses, kept.address);
  }

  /** The one that is chosen now, and those that bottles were started on. */
  async #engines(): Promise<Engine[]> {
    const names = (await readdir(this.#parts.runtime).catch(() => [])).filter((name) => /^b-[0-9a-f]{12}$/.test(name));
    const kept = await Promise.all(names.map((name) => keptOf(join(this.#parts.runtime, name))));
    const addresses = [
      (await this.#engine()).address,
      ...kept.flatMap((each) => (each === null ? [] : [each.address])),
    ];
    const different = new Map(
      addresses.map((address) => [JSON.stringify([address.args, address.env["DOCKER_HOST"]]), address]),
    );
    return [...different.values()].map((address) => new Engine(this.#parts.subprocesses, address));
  }
}

/** What leads the client to the engine, for a command that the terminal host starts in the person's environment. */
function clientEnvironment({ env }: EngineAddress): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("DOCKER_")));
}

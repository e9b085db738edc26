/** The smolmachines backend: a virtual machine with a kernel of its own (libkrun), through the command line of smolvm. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { endTrees } from "#node/processes/end-tree.ts";
import type { Subprocesses } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";
import {
  type Availability,
  type BackendPlan,
  type BottleBackend,
  type BottleCommand,
  type BottleSpec,
  type BottleToStart,
  guestHome,
  guestTrust,
  type InsideCommand,
  type Leftover,
  type ProbeHeader,
  type RunningBottle,
} from "../backend.ts";
import { removeBottleDirectory } from "../directory.ts";
import { GuestGates, gatePort } from "../guest/gate.ts";
import { becomes, checksImage, guestFolder, initScript, writeGuestFolder } from "../guest/init.ts";
import { probeScript, readProbe } from "../guest/probe.ts";
import { directoryOf, homeMark, isBottleId, shortOf } from "../ids.ts";
import { isThere } from "../is-there.ts";
import { makePlaceholders, missingOf, type ReadGitConfig, releasePlaceholders } from "../protect.ts";
import { trySmolvm } from "./availability.ts";
import { diskGibibytes } from "./limits.ts";
import { planMachine, type SmolmachinesDetails } from "./plan.ts";
import { files, forwardScript, launchScript } from "./scripts.ts";
import { type Machine, Smolvm } from "./smolvm.ts";
import { holdScript, viewOf, volume } from "./view.ts";

export type SmolmachinesParts = {
  subprocesses: Subprocesses;
  readGitConfig: ReadGitConfig;
  runtime: string;
  loginEnvironment(): Promise<Record<string, string>>;
  /** The person's setting. */
  image(): string;
};

const bottleVariable = "CELLAR_BOTTLE";
const bottleLabel = "cellar.bottle";
const homeLabel = "cellar.home";
/** Where the host's sockets are inside. */
const guestServices = "/run/cellar-services";
const mebibyte = 1024 * 1024;
const probePatienceMs = 60_000;

export class Smolmachines implements BottleBackend<SmolmachinesDetails> {
  readonly name = "smolmachines";
  readonly summary = "A virtual machine with a kernel of its own, through smolvm";
  readonly #parts: SmolmachinesParts;
  readonly #smolvm: Smolvm;
  readonly #gates = new GuestGates();
  /** Marks the machines of this home among those of others. */
  readonly #home: string;

  constructor(parts: SmolmachinesParts) {
    this.#parts = parts;
    this.#smolvm = new Smolvm(parts.subprocesses, parts.loginEnvironment);
    this.#home = homeMark(parts.runtime);
  }

  available(): Promise<Availability> {
    return trySmolvm(this.#smolvm);
  }

  plan(spec: BottleSpec): Promise<BackendPlan<SmolmachinesDetails>> {
    return planMachine(spec, this.#parts.image(), this.#parts.readGitConfig);
  }

  async create(bottle: BottleToStart<SmolmachinesDetails>): Promise<BottleCommand> {
    const { directory, plan, spec, environment, cwd } = bottle;
    const { placeholders, user, image, program } = plan.details;
    const at = (name: string) => join(directory, name);
    await writeFile(at(files.placeholders), JSON.stringify(await missingOf(placeholders)), { mode: 0o600, flag: "wx" });
    await makePlaceholders(placeholders);
    const workspace = spec.workspace.path;
    const shown = plan.mounts.filter(({ to }) => to !== workspace && to !== "/");
    const view = await viewOf(workspace, shown);
    const guest = at(files.guest);
    await writeGuestFolder(guest, bottle);
    await mkdir(join(guest, basename(guestTrust)), { mode: 0o755 });
    const [first = "", ...rest] = bottle.argv;
    const argv = [program === null ? basename(first) : first, ...rest];
    const agent = { user, limits: spec.limits, environment, cwd };
    const sockets = [
      ...bottle.ports.map(({ name, port, socket }) => ({ port, host: socket, guest: `${guestServices}/${name}.sock` })),
      { port: gatePort, host: at(files.gate), guest: `${guestServices}/gate.sock` },
    ];
    const prepare = `${checksImage(true)}${holdScript(view.held)}`;
    const forward = forwardScript(sockets);
    await writeFile(
      join(guest, "init"),
      initScript({ ...agent, argv, prepare: prepare + forward, homeFiles: bottle.homeFiles }),
      { mode: 0o644 },
    );
    // What else is run inside starts from the same view; a container of its own may have been made for it.
    await writeFile(at(files.rejoin), JSON.stringify({ prepare, agent }), { mode: 0o600 });
    await this.#gates.make(bottle.id).listen(at(files.gate));
    const name = machineName(bottle.id);
    await this.#smolvm.run([
      ...["create", "--name", name, "--image", image],
      ...["--label", `${bottleLabel}=${bottle.id}`, "--label", `${homeLabel}=${this.#home}`],
      ...["--mem", String(Math.floor(spec.limits.memory / mebibyte)), "--storage", String(diskGibibytes)],
      // The workload is nothing but a place to run in: the program comes with the terminal.
      ...["--user", "0:0"],
      ...view.volumes.flatMap((each) => ["-v", each]),
      ...["-v", volume(guest, guestFolder, "read-only")],
      ...(bottle.trust === null ? [] : ["-v", volume(bottle.trust, guestTrust, "read-only")]),
      ...(spec.keptHome === null ? [] : ["-v", volume(spec.keptHome, guestHome, "read-write")]),
      ...sockets.flatMap(({ host, guest: inside }) => ["--mount-socket", `${host}:${inside}`]),
      ...["--", "/bin/sh", "-c", "while :; do sleep 3600; done"],
    ]);
    return {
      argv: ["/bin/sh", "-c", launchScript, "cellar", await this.#smolvm.program(), name, directory],
      env: { ...(await this.#smolvm.environment()), [bottleVariable]: bottle.id },
    };
  }

  async enter({ id, directory, pid }: RunningBottle): Promise<void> {
    await this.#gates.of(id).arrival(async () => {
      if (pid !== null && isThere(pid)) return null;
      const said = (await readFile(join(directory, files.startLog), "utf8").catch(() => "")).trim();
      return `The machine ended before its program started${said && `: ${said.slice(-500)}`}`;
    });
  }

  async probe({ id, ports }: RunningBottle, header: ProbeHeader | null): Promise<string[]> {
    const gateway = ports.find(({ name }) => name === "gateway")?.port ?? null;
    const parts = { gateway, header, silenceIsAWay: true };
    const said = await this.#smolvm.run(
      ["exec", "--name", machineName(id), "--", "/bin/sh", "-c", probeScript(parts)],
      probePatienceMs,
    );
    return readProbe(parts, said);
  }

  async release({ id }: RunningBottle): Promise<void> {
    await this.#gates.open(id);
  }

  /** The sockets lie where they lay, and smolvm connects to them anew for each connection: there is nothing to join. */
  async rejoin({ id }: RunningBottle): Promise<void> {
    const machine = await this.#machine(id);
    if (machine?.state !== "running") throw new Failure("unavailable", "The bottle's machine is not running");
  }

  async inside(bottle: RunningBottle, { argv, cwd, environment, tty }: InsideCommand): Promise<BottleCommand> {
    await this.rejoin(bottle);
    const { prepare, agent } = JSON.parse(await readFile(join(bottle.directory, files.rejoin), "utf8")) as {
      prepare: string;
      agent: Parameters<typeof becomes>[0];
    };
    const process = { ...agent, argv, cwd: cwd ?? agent.cwd, environment: { ...agent.environment, ...environment } };
    const script = `inside-${randomBytes(4).toString("hex")}`;
    await writeFile(join(bottle.directory, files.guest, script), prepare + becomes(process), {
      mode: 0o644,
      flag: "wx",
    });
    const command = ["machine", "exec", "-i", ...(tty ? ["-t"] : []), "--name", machineName(bottle.id), "--"];
    return {
      argv: [await this.#smolvm.program(), ...command, "/bin/sh", `${guestFolder}/${script}`],
      env: await this.#smolvm.environment(),
    };
  }

  async destroy({ id, directory }: Pick<RunningBottle, "id" | "directory">): Promise<void> {
    this.#gates.close(id);
    await this.#smolvm.remove(machineName(id));
    // The terminal's command, and a machine's process that its own tool did not end.
    const left = await endTrees([{ root: null, marker: `${bottleVariable}=${id}` }], 0);
    if (left.length > 0) throw new Failure("failed", `Processes ${left.join(", ")} of the bottle cannot be ended`);
    await releasePlaceholders(join(directory, files.placeholders));
    await removeBottleDirectory(directory);
  }

  async enumerate(): Promise<string[]> {
    const machines = await this.#ours();
    return machines.filter(({ state }) => state === "running").map(({ labels }) => labels[bottleLabel]!);
  }

  async leftovers(known: ReadonlySet<string>): Promise<Leftover[]> {
    return (await this.#ours())
      .filter(({ labels }) => !known.has(labels[bottleLabel]!))
      .map(({ name, state, labels }) => ({
        kind: "machine",
        bottleId: labels[bottleLabel]!,
        what: `Virtual machine of a bottle that no terminal shows (${name}, ${state})`,
        key: name,
      }));
  }

  async removeLeftover({ bottleId, key }: Leftover): Promise<void> {
    if (bottleId !== null && key === machineName(bottleId)) {
      await this.destroy({ id: bottleId, directory: directoryOf(this.#parts.runtime, bottleId) });
    }
  }

  close(): void {
    this.#gates.closeAll();
  }

  async #machine(id: string): Promise<Machine | undefined> {
    return (await this.#ours()).find(({ name }) => name === machineName(id));
  }

  /** A name can be taken by anybody; the labels say whose a machine is. */
  async #ours(): Promise<Machine[]> {
    return (await this.#smolvm.list()).filter(
      ({ name, labels }) =>
        labels[homeLabel] === this.#home &&
        isBottleId(labels[bottleLabel] ?? "") &&
        name === machineName(labels[bottleLabel]!),
    );
  }
}

function machineName(bottleId: string): string {
  return `cellar-${shortOf(bottleId)}`;
}

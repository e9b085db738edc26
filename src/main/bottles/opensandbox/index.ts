/**
 * The OpenSandbox backend: bottles on another computer, in containers that a server makes on Docker or Kubernetes. The workspace is sent there and taken
 * back; the services' ports come through one session that main opens, so that a sandbox needs no way to this computer and has none anywhere else.
 */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { entryCommand } from "#node/entries.ts";
import { endTrees } from "#node/processes/end-tree.ts";
import type { Secret } from "#node/secret.ts";
import type { Subprocesses } from "#node/subprocess.ts";
import { Failure, problemOf } from "#shared/failure.ts";
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
import { treeOf } from "../elsewhere/tree.ts";
import { type GuestGate, GuestGates } from "../guest/gate.ts";
import { guestFolder, writeGuestFolder } from "../guest/init.ts";
import { probeScript, readProbe } from "../guest/probe.ts";
import { directoryOf, homeMark } from "../ids.ts";
import { isThere } from "../is-there.ts";
import type { ReadGitConfig } from "../protect.ts";
import { sandboxRequest } from "./enclosure.ts";
import { furnish, writeInside } from "./furnish.ts";
import { oncePath } from "./piped.ts";
import { bringBackFrom, files, type Place, readPlace } from "./place.ts";
import { type OpenSandboxDetails, planSandbox } from "./plan.ts";
import { SandboxPorts } from "./ports.ts";
import { runAsRoot } from "./remote.ts";
import { checkPolicy, Sandboxes } from "./sandboxes.ts";
import { egressPort, execdPort, isLoopback, keyHandle, type Target } from "./server.ts";
import { Tickets } from "./tickets.ts";

export type OpenSandboxParts = {
  subprocesses: Subprocesses;
  readGitConfig: ReadGitConfig;
  runtime: string;
  /** Where copies lie that could not be put back. */
  returned: string;
  settings(): { url: string; image: string };
  /** Throws `not_found` for a handle that the vault does not have. */
  resolve(handle: string, usedBy: string): Promise<Secret>;
};

const bottleVariable = "CELLAR_BOTTLE";
export class OpenSandbox implements BottleBackend<OpenSandboxDetails> {
  readonly name = "opensandbox";
  readonly summary = "On another computer, through an OpenSandbox server";
  readonly #parts: OpenSandboxParts;
  readonly #gates = new GuestGates();
  readonly #ports = new Map<string, SandboxPorts>();
  readonly #tickets = new Tickets();
  readonly #home: string;
  readonly #sandboxes: Sandboxes;

  constructor(parts: OpenSandboxParts) {
    this.#parts = parts;
    this.#home = homeMark(parts.runtime);
    this.#sandboxes = new Sandboxes({ ...parts, home: this.#home });
  }

  async available(): Promise<Availability> {
    if (!this.#sandboxes.isSet) {
      return {
        available: false,
        reason: `No OpenSandbox server is set; enter its address in the settings (Bottles), and its key into the vault as ${keyHandle}.`,
      };
    }
    try {
      await (await this.#sandboxes.server()).check();
      return { available: true };
    } catch (error) {
      const { message, hint } = problemOf(error);
      return { available: false, reason: [message, hint].filter(Boolean).join(". ") };
    }
  }

  plan(spec: BottleSpec): Promise<BackendPlan<OpenSandboxDetails>> {
    return planSandbox(spec, this.#parts.settings(), this.#parts.readGitConfig);
  }

  async create(bottle: BottleToStart<OpenSandboxDetails>): Promise<BottleCommand> {
    const { id, directory, plan, spec } = bottle;
    const workspace = spec.workspace.path;
    const server = await this.#sandboxes.server();
    // Before anything is made: after this, only the server can say what there is.
    await server.check();
    const sent = await treeOf(workspace);
    await writeGuestFolder(join(directory, files.guest), bottle);
    const { image, held } = plan.details;
    const request = sandboxRequest({ image, limits: spec.limits, bottleId: id, home: this.#home });
    const { id: sandbox } = await server.create(request);
    const place: Place = { sandbox, workspace, keptHome: spec.keptHome, held, tree: [...sent] };
    await writeFile(join(directory, files.place), JSON.stringify(place), { mode: 0o600, flag: "wx" });
    await checkPolicy(server, sandbox);
    const execd = await server.inside(sandbox, execdPort);
    await furnish(execd, bottle, sent);
    await this.#join(bottle, execd, this.#gates.make(id));
    return this.#attached(directory, id, { execd, argv: ["/bin/sh", oncePath, "init"], tty: true });
  }

  async enter({ id, pid }: RunningBottle): Promise<void> {
    await this.#gates.of(id).arrival(async () => {
      if (pid === null || isThere(pid)) return null;
      return "The sandbox's terminal ended before its program started";
    });
  }

  async probe({ id, ports, directory }: RunningBottle, header: ProbeHeader | null): Promise<string[]> {
    const { hostname, port, protocol } = new URL((await this.#sandboxes.server()).base);
    const gateway = ports.find(({ name }) => name === "gateway")?.port ?? null;
    const parts = {
      gateway,
      header,
      // A packet filter that drops answers nothing, as an address where nobody is.
      silenceIsAWay: false,
      // Somebody is there for certain, who could be reached if there were a way.
      alsoOutside: isLoopback(hostname)
        ? []
        : [[hostname.replace(/^\[|\]$/g, ""), Number(port || (protocol === "https:" ? 443 : 80))] as const],
      forbidden: [
        {
          port: egressPort,
          request: "GET /policy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
          what: "the program could change its own network policy: the sandbox's egress service asks it for no key",
        },
      ],
    };
    const execd = await this.#sandboxes.running(id, directory);
    return readProbe(parts, await runAsRoot(execd, probeScript(parts), true));
  }

  async release({ id, directory }: RunningBottle): Promise<void> {
    // Before: a program that ran has work to be taken back, whatever happens to main now.
    await writeFile(join(directory, files.released), "", { mode: 0o600 });
    await this.#gates.open(id);
  }

  async rejoin(bottle: RunningBottle): Promise<void> {
    await this.#join(bottle, await this.#sandboxes.running(bottle.id, bottle.directory), null);
  }

  async inside({ id, directory }: RunningBottle, command: InsideCommand): Promise<BottleCommand> {
    const { tty } = command;
    const execd = await this.#sandboxes.running(id, directory);
    const script = await writeInside(execd, command);
    const words = tty ? ["/bin/sh", oncePath, script] : ["/bin/sh", `${guestFolder}/${script}`];
    return this.#attached(directory, id, { execd, argv: words, tty });
  }

  /** What the program has made comes back before the sandbox goes; when that fails, nothing goes. */
  async destroy({ id, directory }: Pick<RunningBottle, "id" | "directory">, report?: EndReport): Promise<void> {
    this.#gates.close(id);
    this.#ports.get(id)?.close();
    this.#ports.delete(id);
    this.#tickets.close(directory);
    const left = await endTrees([{ root: null, marker: `${bottleVariable}=${id}` }], 0);
    if (left.length > 0) throw new Failure("failed", `Processes ${left.join(", ")} of the bottle cannot be ended`);
    const place = readPlace(directory);
    const mayHaveOne = place !== null || existsSync(join(directory, files.guest)) || !existsSync(directory);
    // A bottle that never came so far has none, and no server has to be asked.
    if (mayHaveOne && this.#sandboxes.isSet) {
      const server = await this.#sandboxes.server();
      for (const sandbox of await this.#sandboxes.ofBottle(server, id)) {
        // One whose directory is gone may have run; what it holds is kept.
        if (existsSync(join(directory, files.released)) || place === null) {
          await bringBackFrom(server, sandbox, place, join(this.#parts.returned, id), report);
        }
        await server.remove(sandbox.id);
      }
    } else if (place !== null) {
      throw new Failure("unavailable", "The bottle is on an OpenSandbox server, and none is set any more", {
        hint: "Enter its address in the settings again.",
      });
    }
    await removeBottleDirectory(directory);
  }

  async enumerate(): Promise<string[]> {
    if (!this.#sandboxes.isSet) return [];
    return [...new Set((await this.#sandboxes.ours()).map(({ bottleId }) => bottleId))];
  }

  async leftovers(known: ReadonlySet<string>): Promise<Leftover[]> {
    if (!this.#sandboxes.isSet) return [];
    return (await this.#sandboxes.ours())
      .filter(({ bottleId }) => !known.has(bottleId))
      .map(({ id, state, bottleId }) => ({
        kind: "container",
        bottleId,
        what: `Sandbox on the OpenSandbox server of a bottle that no terminal shows (${id}, ${state}); what it holds is copied to ${join(this.#parts.returned, bottleId)} first`,
        key: id,
      }));
  }

  async removeLeftover({ bottleId }: Leftover): Promise<void> {
    if (bottleId === null) return;
    await this.destroy({ id: bottleId, directory: directoryOf(this.#parts.runtime, bottleId) });
  }

  close(): void {
    for (const ports of this.#ports.values()) ports.close();
    this.#gates.closeAll();
    this.#ports.clear();
    this.#tickets.closeAll();
  }

  async #join(
    { id, ports }: Pick<RunningBottle, "id" | "ports">,
    execd: Target,
    gate: GuestGate | null,
  ): Promise<void> {
    this.#ports.get(id)?.close();
    const joined = new SandboxPorts(execd, ports, gate);
    this.#ports.set(id, joined);
    await joined.open();
  }

  async #attached(directory: string, id: string, ticket: Parameters<Tickets["issue"]>[1]): Promise<BottleCommand> {
    const name = await this.#tickets.issue(directory, ticket);
    const { command, args, env } = entryCommand("sandbox-terminal");
    return { argv: [command, ...args, directory, name], env: { ...env, [bottleVariable]: id } };
  }
}

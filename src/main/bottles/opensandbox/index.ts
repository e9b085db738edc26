/**
 * The OpenSandbox backend: bottles on another computer, in containers that a server makes on Docker or Kubernetes. The workspace is sent there and taken
 * back; the services' ports come through one session that main opens, so that a sandbox needs no way to this computer and has none anywhere else.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { entryCommand } from "#node/entries.ts";
import { endTrees } from "#node/processes/end-tree.ts";
import type { Secret } from "#node/secret.ts";
import { shellQuote } from "#node/shell-quote.ts";
import type { Subprocesses } from "#node/subprocess.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import {
  type Availability,
  type BackendPlan,
  type BottleBackend,
  type BottleCommand,
  type BottleSpec,
  type BottleToStart,
  type EndReport,
  guestHome,
  guestTrust,
  type InsideCommand,
  type Leftover,
  type ProbeHeader,
  type RunningBottle,
} from "../backend.ts";
import { removeBottleDirectory } from "../directory.ts";
import { type Tree, treeOf } from "../elsewhere/tree.ts";
import { GuestGate } from "../guest/gate.ts";
import { becomes, checksImage, guestFolder, guestInit, initScript, writeGuestFolder } from "../guest/init.ts";
import { probeScript, readProbe } from "../guest/probe.ts";
import { isThere } from "../is-there.ts";
import type { ReadGitConfig } from "../protect.ts";
import { agentUser, bottleKey, homeKey, openPolicy, sandboxRequest } from "./enclosure.ts";
import { oncePath, onceScript, pipedPath, pipedScript } from "./piped.ts";
import { endAndBringBack, files, guestWorkspaceNote, type Place, readPlace } from "./place.ts";
import { guestSkills, type OpenSandboxDetails, planSandbox } from "./plan.ts";
import { SandboxPorts } from "./ports.ts";
import { filesBelow, runAsRoot, sendFolder, waitForExecd } from "./remote.ts";
import {
  ask,
  download,
  egressPort,
  execdPort,
  isLoopback,
  keyHandle,
  OpenSandboxServer,
  type Sandbox,
  serverAddress,
  type Target,
  upload,
} from "./server.ts";
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
/** Who runs inside, and with what: for what is started there later. */
const guestAgent = `${guestFolder}/agent.json`;

export class OpenSandbox implements BottleBackend<OpenSandboxDetails> {
  readonly name = "opensandbox";
  readonly summary = "On another computer, through an OpenSandbox server";
  readonly #parts: OpenSandboxParts;
  readonly #gates = new Map<string, GuestGate>();
  readonly #ports = new Map<string, SandboxPorts>();
  readonly #tickets = new Tickets();
  readonly #home: string;

  constructor(parts: OpenSandboxParts) {
    this.#parts = parts;
    this.#home = createHash("sha256").update(parts.runtime).digest("hex").slice(0, 16);
  }

  async available(): Promise<Availability> {
    if (this.#parts.settings().url.trim() === "") {
      return {
        available: false,
        reason: `No OpenSandbox server is set; enter its address in the settings (Bottles), and its key into the vault as ${keyHandle}.`,
      };
    }
    try {
      await (await this.#server()).check();
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
    const { id, directory, plan, spec, environment, cwd } = bottle;
    const workspace = spec.workspace.path;
    const server = await this.#server();
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
    await waitForExecd(execd);
    await bottle.trusted;
    const [first = "", ...rest] = bottle.argv;
    const agent = { user: agentUser, limits: spec.limits, environment, cwd };
    const argv = [basename(first), ...rest];
    await upload(execd, [
      ...(await filesBelow(join(directory, files.guest), guestFolder)),
      ...(bottle.trust === null ? [] : await filesBelow(bottle.trust, guestTrust)),
      {
        path: guestInit,
        mode: 644,
        content: initScript({ ...agent, argv, prepare: checksImage(false), homeFiles: bottle.homeFiles }),
      },
      { path: guestAgent, mode: 600, content: JSON.stringify(agent) },
      { path: guestWorkspaceNote, mode: 600, content: workspace },
      { path: pipedPath, mode: 644, content: pipedScript },
      { path: oncePath, mode: 644, content: onceScript },
    ]);
    const send = async (from: string, to: string, tree?: Tree) =>
      sendFolder(execd, directory, { from, to, tree: tree ?? (await treeOf(from)) });
    await send(workspace, workspace, sent);
    if (spec.keptHome !== null) await send(spec.keptHome, guestHome);
    for (const { name, path } of spec.skills) await send(path, `${guestSkills}/${name}`);
    const owner = `${agentUser.uid}:${agentUser.gid}`;
    await runAsRoot(execd, `mkdir -p ${guestHome} && chown -R ${owner} ${guestHome} ${shellQuote(workspace)}`);
    const gate = new GuestGate();
    this.#gates.set(id, gate);
    await this.#join(bottle, execd, gate);
    return this.#attached(directory, id, { execd, argv: ["/bin/sh", oncePath, "init"], tty: true });
  }

  async enter({ id, pid }: RunningBottle): Promise<void> {
    await this.#gate(id).arrival(async () => {
      if (pid === null || isThere(pid)) return null;
      return "The sandbox's terminal ended before its program started; it says why";
    });
  }

  async probe({ id, ports, directory }: RunningBottle, header: ProbeHeader | null): Promise<string[]> {
    const { hostname, port, protocol } = new URL((await this.#server()).base);
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
    const execd = await this.#execd(id, directory);
    return readProbe(parts, await runAsRoot(execd, probeScript(parts), true));
  }

  async release({ id, directory }: RunningBottle): Promise<void> {
    // Before: a program that ran has work to be taken back, whatever happens to main now.
    await writeFile(join(directory, files.released), "", { mode: 0o600 });
    await this.#gate(id).open();
    this.#gates.delete(id);
  }

  async rejoin(bottle: RunningBottle): Promise<void> {
    await this.#join(bottle, await this.#execd(bottle.id, bottle.directory), null);
  }

  async inside({ id, directory }: RunningBottle, command: InsideCommand): Promise<BottleCommand> {
    const { argv, cwd, environment, tty } = command;
    const execd = await this.#execd(id, directory);
    const chunks: Buffer[] = [];
    await download(execd, guestAgent, (chunk) => void chunks.push(chunk));
    const agent = JSON.parse(Buffer.concat(chunks).toString()) as Parameters<typeof becomes>[0];
    const script = `inside-${randomBytes(6).toString("hex")}`;
    const process = { ...agent, argv, cwd: cwd ?? agent.cwd, environment: { ...agent.environment, ...environment } };
    await upload(execd, [{ path: `${guestFolder}/${script}`, mode: 644, content: becomes(process) }]);
    const words = tty ? ["/bin/sh", oncePath, script] : ["/bin/sh", `${guestFolder}/${script}`];
    return this.#attached(directory, id, { execd, argv: words, tty });
  }

  /** What the program has made comes back before the sandbox goes; when that fails, nothing goes. */
  async destroy({ id, directory }: Pick<RunningBottle, "id" | "directory">, report?: EndReport): Promise<void> {
    this.#gates.get(id)?.close();
    this.#gates.delete(id);
    this.#ports.get(id)?.close();
    this.#ports.delete(id);
    this.#tickets.close(directory);
    const left = await endTrees([{ root: null, marker: `${bottleVariable}=${id}` }], 0);
    if (left.length > 0) throw new Failure("failed", `Processes ${left.join(", ")} of the bottle cannot be ended`);
    const place = readPlace(directory);
    const mayHaveOne = place !== null || existsSync(join(directory, files.guest)) || !existsSync(directory);
    // A bottle that never came so far has none, and no server has to be asked.
    if (mayHaveOne && this.#parts.settings().url.trim() !== "") {
      const server = await this.#server();
      for (const sandbox of await this.#ofBottle(server, id)) {
        // One whose directory is gone may have run; what it holds is kept.
        if (existsSync(join(directory, files.released)) || place === null) {
          await this.#bringBack(server, sandbox, id, place, report);
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
    if (this.#parts.settings().url.trim() === "") return [];
    const sandboxes = await (await this.#server()).list({ [homeKey]: this.#home });
    return [...new Set(sandboxes.filter(isAlive).map(({ metadata }) => metadata[bottleKey] ?? ""))].filter(isBottleId);
  }

  async leftovers(known: ReadonlySet<string>): Promise<Leftover[]> {
    if (this.#parts.settings().url.trim() === "") return [];
    const sandboxes = await (await this.#server()).list({ [homeKey]: this.#home });
    return sandboxes
      .filter(
        (each) => isAlive(each) && isBottleId(each.metadata[bottleKey] ?? "") && !known.has(each.metadata[bottleKey]!),
      )
      .map(({ id, state, metadata }) => ({
        kind: "container",
        bottleId: metadata[bottleKey]!,
        what: `Sandbox on the OpenSandbox server of a bottle that no terminal shows (${id}, ${state}); what it holds is copied to ${join(this.#parts.returned, metadata[bottleKey]!)} first`,
        key: id,
      }));
  }

  async removeLeftover({ bottleId }: Leftover): Promise<void> {
    if (bottleId === null) return;
    await this.destroy({ id: bottleId, directory: join(this.#parts.runtime, `b-${bottleId.slice("bottle-".length)}`) });
  }

  close(): void {
    for (const gate of this.#gates.values()) gate.close();
    for (const ports of this.#ports.values()) ports.close();
    this.#gates.clear();
    this.#ports.clear();
    this.#tickets.closeAll();
  }

  async #server(): Promise<OpenSandboxServer> {
    const base = serverAddress(this.#parts.settings().url);
    let key: string | null = null;
    try {
      key = (await this.#parts.resolve(keyHandle, "opensandbox")).reveal();
    } catch (error) {
      // A server may ask for none, and says so itself.
      if (!(error instanceof Failure) || error.code !== "not_found") throw error;
    }
    return new OpenSandboxServer(base, key);
  }

  #ofBottle(server: OpenSandboxServer, id: string): Promise<Sandbox[]> {
    return server.list({ [homeKey]: this.#home, [bottleKey]: id });
  }

  async #execd(id: string, directory: string): Promise<Target> {
    const server = await this.#server();
    const wanted = readPlace(directory)?.sandbox;
    const sandbox = (await this.#ofBottle(server, id)).find((each) => each.id === wanted && each.state === "Running");
    if (sandbox === undefined) throw new Failure("unavailable", "The bottle's sandbox is not running");
    return server.inside(sandbox.id, execdPort);
  }

  async #bringBack(
    server: OpenSandboxServer,
    { id: sandbox, state }: Sandbox,
    id: string,
    place: Place | null,
    report: EndReport | undefined,
  ): Promise<void> {
    if (state === "Running") {
      await endAndBringBack(await server.inside(sandbox, execdPort), place, join(this.#parts.returned, id), report);
    } else if (state === "Terminated" || state === "Failed") {
      report?.problem(
        new Failure("failed", `The sandbox ended by itself (${state}), and what the program made in it is lost`),
      );
    } else {
      throw new Failure("unavailable", `The sandbox is ${state}, so what is in it cannot be brought back`, {
        hint: "Let it run again on its server, and close the bottle then.",
      });
    }
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

  #gate(id: string): GuestGate {
    const gate = this.#gates.get(id);
    if (gate === undefined) throw new Failure("unavailable", "The bottle is not waiting to be started");
    return gate;
  }
}

function isAlive({ state }: Sandbox): boolean {
  return state !== "Terminated" && state !== "Stopping";
}

function isBottleId(id: string): boolean {
  return /^bottle-[0-9a-f]{12}$/.test(id);
}

async function checkPolicy(server: OpenSandboxServer, sandbox: string): Promise<void> {
  let answer: unknown;
  try {
    answer = await ask(await server.inside(sandbox, egressPort), "GET", "/policy");
  } catch (error) {
    const why = problemOf(error).message;
    throw new Failure("refused", `Whether the sandbox's network is closed could not be found out: ${why}`, {
      hint: "The server has to run its egress sidecar ([egress] in its configuration).",
    });
  }
  const open = openPolicy(answer);
  if (open !== null) throw new Failure("refused", `The sandbox is not tight, so nothing was sent to it: ${open}`);
}

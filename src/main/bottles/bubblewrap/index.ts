/** The bubblewrap backend: namespaces of the Linux kernel, without a daemon and without rights of root. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { endTrees } from "#node/processes/end-tree.ts";
import { findByEnvironment, listProcesses } from "#node/processes/list.ts";
import type { Subprocesses } from "#node/subprocess.ts";
import type { BottleMount } from "#shared/contract/bottles.ts";
import { Failure } from "#shared/failure.ts";
import type {
  Availability,
  BackendPlan,
  BottleBackend,
  BottleCommand,
  BottleSpec,
  BottleToStart,
  InsideCommand,
  Leftover,
  RunningBottle,
} from "../backend.ts";
import { guestHome, type ProbeHeader } from "../backend.ts";
import { removeBottleDirectory } from "../directory.ts";
import { writeHomeFiles } from "../home-files.ts";
import { directoriesIn } from "../ids.ts";
import {
  checkWorkspace,
  holdPlaceholders,
  type Placeholder,
  protectionOf,
  type ReadGitConfig,
  releasePlaceholders,
} from "../protect.ts";
import { tryBubblewrap } from "./availability.ts";
import {
  argumentFile,
  bottleVariable,
  files,
  goAhead,
  initScript,
  insideArguments,
  insideCommand,
  launchCommand,
  moreArguments,
} from "./launcher.ts";
import { hasScopes, limitsOf, notEnforcedHere, systemdScope } from "./limits.ts";
import { type BottlePids, findBottle, waitForBottle, waitForInit } from "./namespaces.ts";
import { BottlePorts } from "./ports.ts";
import { programFolders } from "./program-folders.ts";
import { seccompProgram } from "./seccomp.ts";
import { type GuestLink, guestPath, ownEtc, sandboxArguments, systemView } from "./view.ts";

/** What `create` needs beyond the mounts. */
export type BubblewrapDetails = {
  links: GuestLink[];
  placeholders: Placeholder[];
  scopes: boolean;
  uid: number;
  gid: number;
};

/** A repository's own configuration, read as a file: nothing in it is acted on. */
export function readGitConfig(subprocesses: Subprocesses): ReadGitConfig {
  return async (file) => {
    const ended = await subprocesses.runOrFail(
      {
        program: "git",
        args: ["config", "--file", file, "--list", "-z"],
        env: { PATH: "/usr/bin:/bin", GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" },
        timeoutMs: 10_000,
      },
      "Reading the configuration of git",
    );
    const entries = ended.stdout.toString().split("\0");
    return entries
      .filter((entry) => entry !== "")
      .map((entry) => {
        const [key, ...value] = entry.split("\n");
        return [key!.toLowerCase(), value.join("\n")];
      });
  };
}

export type BubblewrapParts = {
  subprocesses: Subprocesses;
  readGitConfig: ReadGitConfig;
  /** The home's runtime directory, in which the bottles' directories are. */
  runtime: string;
  loginEnvironment(): Promise<Record<string, string>>;
};

/** An agent is not root inside, even if the person is outside: programs behave differently then. */
const ordinaryId = 1000;
const guestSkills = `${guestHome}/.claude/skills`;

export class Bubblewrap implements BottleBackend<BubblewrapDetails> {
  readonly name = "bubblewrap";
  readonly summary = "Linux namespaces: starts at once, needs no daemon";
  readonly #parts: BubblewrapParts;
  readonly #ports = new BottlePorts();
  #scopes: Promise<boolean> | null = null;

  constructor(parts: BubblewrapParts) {
    this.#parts = parts;
  }

  available(): Promise<Availability> {
    return tryBubblewrap(this.#parts.subprocesses);
  }

  async plan(spec: BottleSpec): Promise<BackendPlan<BubblewrapDetails>> {
    const { workspace, program, hostEnvironment } = spec;
    checkWorkspace(workspace.path);
    const [system, folders, protection, scopes] = await Promise.all([
      systemView(),
      programFolders(program.path, hostEnvironment, homedir()),
      protectionOf(workspace.path, this.#parts.readGitConfig),
      this.#hasScopes(),
    ]);
    const mounts: BottleMount[] = [
      ...system.mounts,
      ...folders.paths.map((path) => mount(path, "read-only", program.entry.name)),
      mount(workspace.path, "read-write", "workspace"),
      ...protection.mounts,
      ...spec.skills.map(({ name, path }) => ({
        from: path,
        to: `${guestSkills}/${name}`,
        access: "read-only" as const,
        what: `skill ${name}`,
      })),
    ];
    const here = { scopes, root: process.getuid?.() === 0, keptHome: spec.keptHome !== null };
    const visible = mounts.map(({ to }) => to);
    return {
      mounts,
      limits: limitsOf(spec.limits, here),
      notEnforced: [...protection.notEnforced, ...notEnforcedHere(spec.limits, here)],
      path: guestPath(hostEnvironment["PATH"] ?? "", visible, folders.bins),
      details: {
        links: [...system.links, ...folders.links],
        placeholders: protection.placeholders,
        scopes,
        uid: process.getuid?.() || ordinaryId,
        gid: process.getgid?.() || ordinaryId,
      },
    };
  }

  async create(bottle: BottleToStart<BubblewrapDetails>): Promise<BottleCommand> {
    const { directory, plan, spec, environment, cwd } = bottle;
    const { uid, gid, placeholders, scopes } = plan.details;
    const filter = seccompProgram(process.arch);
    if (filter === null) throw new Failure("unavailable", `There is no filter of system calls for ${process.arch}`);
    const at = (name: string) => join(directory, name);
    await mkdir(at(files.etc), { mode: 0o700 });
    const write = (name: string, content: string | Buffer) => writeFile(at(name), content, { mode: 0o600, flag: "wx" });
    await holdPlaceholders(at(files.placeholders), placeholders);
    const given = async (name: string, content: string | null) => {
      if (content === null) return null;
      await write(name, content);
      return at(name);
    };
    const paths = {
      etc: at(files.etc),
      init: at(files.init),
      homeFiles: at(files.homeFiles),
      systemPrompt: await given(files.systemPrompt, bottle.systemPrompt),
    };
    // Before anything is begun: what it throws must not leave others to fail with nobody waiting for them.
    const sandbox = argumentFile(["--clearenv", ...sandboxArguments(bottle, paths)]);
    const made = await Promise.allSettled([
      writeHomeFiles(at(files.homeFiles), bottle.homeFiles),
      write(files.filter, filter),
      write(files.init, initScript(spec.limits, bottle.argv, bottle.homeFiles)),
      write(files.arguments, sandbox),
      write(files.inside, argumentFile(insideArguments(uid, gid, environment, cwd))),
      ...Object.entries(ownEtc(uid, gid)).map(([name, content]) => write(`${files.etc}/${name}`, content)),
    ]);
    // Only when none is under way any more: whoever takes it back must not race with them.
    for (const each of made) if (each.status === "rejected") throw each.reason;
    const scope = scopes ? systemdScope(bottle.id, spec.limits) : [];
    return { argv: launchCommand(bottle.id, directory, scope), env: {} };
  }

  async enter(bottle: RunningBottle): Promise<void> {
    const outer = outerPid(bottle);
    const pids = await waitForBottle(join(bottle.directory, files.info), outer);
    const [waits, joined] = await Promise.allSettled([
      waitForInit(join(bottle.directory, files.waiting), outer),
      this.#ports.join(bottle.id, pids, bottle.ports, true),
    ]);
    // In this order: in a bottle that has ended there is nothing to join.
    for (const each of [waits, joined]) if (each.status === "rejected") throw each.reason;
  }

  probe(bottle: RunningBottle, header: ProbeHeader | null): Promise<string[]> {
    const gateway = bottle.ports.find(({ name }) => name === "gateway");
    return this.#ports.probe(bottle.id, { gateway: gateway?.port ?? null, header });
  }

  async release({ directory }: RunningBottle): Promise<void> {
    const gate = await open(join(directory, files.gate), "r+");
    try {
      await gate.write(`${goAhead}\n`);
    } finally {
      await gate.close();
    }
    // Read by now; what is run inside later has a file of its own.
    await rm(join(directory, files.arguments), { force: true });
  }

  async rejoin(bottle: RunningBottle): Promise<void> {
    await this.#ports.join(bottle.id, await this.#pids(bottle), bottle.ports, false);
  }

  async inside(bottle: RunningBottle, { argv, cwd, environment }: InsideCommand): Promise<BottleCommand> {
    const pids = await this.#pids(bottle);
    const own = join(bottle.directory, `${files.inside}-${randomBytes(4).toString("hex")}`);
    const common = await readFile(join(bottle.directory, files.inside), "utf8");
    await writeFile(own, common + argumentFile(moreArguments(environment ?? {}, cwd)), { mode: 0o600, flag: "wx" });
    return { argv: insideCommand(bottle, pids, own, argv), env: {} };
  }

  async destroy({ id, directory }: Pick<RunningBottle, "id" | "directory">): Promise<void> {
    this.#ports.leave(id);
    // All of it dies with the process that bwrap was started as, which carries the mark.
    const left = await endTrees([{ root: null, marker: `${bottleVariable}=${id}` }], 0);
    if (left.length > 0) throw new Failure("failed", `Processes ${left.join(", ")} of the bottle cannot be ended`);
    await removeDirectory(directory);
  }

  async enumerate(): Promise<string[]> {
    const ids = await directoriesIn(this.#parts.runtime);
    const marks = new Map([...ids.keys()].map((id) => [`${bottleVariable}=${id}`, id]));
    const found = await findByEnvironment(await listProcesses(), new Set(marks.keys()));
    return [...new Set([...found.values()].map((mark) => marks.get(mark)!))];
  }

  async leftovers(known: ReadonlySet<string>): Promise<Leftover[]> {
    const running = new Set(await this.enumerate());
    return [...(await directoriesIn(this.#parts.runtime))]
      .filter(([id]) => !known.has(id))
      .map(([id, directory]) => ({
        kind: running.has(id) ? "processes" : "folder",
        bottleId: id,
        what: running.has(id)
          ? `Processes of a bottle that no terminal shows (${id})`
          : `Folder of a bottle that has ended (${directory})`,
        key: directory,
      }));
  }

  async removeLeftover({ bottleId, key }: Leftover): Promise<void> {
    if (bottleId !== null) await this.destroy({ id: bottleId, directory: key });
  }

  close(): void {
    this.#ports.close();
  }

  async #pids(bottle: RunningBottle): Promise<BottlePids> {
    const pids = await findBottle(join(bottle.directory, files.info), outerPid(bottle));
    if (pids === null) throw new Failure("unavailable", "The bottle is not running");
    return pids;
  }

  #hasScopes(): Promise<boolean> {
    this.#scopes ??= this.#parts.loginEnvironment().then((env) => hasScopes(this.#parts.subprocesses, env));
    return this.#scopes;
  }
}

function mount(path: string, access: BottleMount["access"], what: string): BottleMount {
  return { from: path, to: path, access, what };
}

function outerPid({ pid }: RunningBottle): number {
  if (pid === null || pid <= 1) throw new Failure("unavailable", "The bottle has no process");
  return pid;
}

/** The bottle's directory, and what was made in the workspace for its mounts. */
async function removeDirectory(directory: string): Promise<void> {
  await releasePlaceholders(join(directory, files.placeholders));
  await removeBottleDirectory(directory);
}

/**
 * The contract of a bottle backend: what makes a bottle, and what Cellar relies on. Written for somebody who adds one.
 *
 * # Words
 *
 * - **Host**: the computer that Cellar runs on. **Inside**: what the agent program sees.
 * - **Bottle**: one running isolated environment with one agent program in it. It belongs to one launch and to one **terminal**: the
 *   terminal host runs {@link BottleCommand.argv} on a PTY, and the bottle lives exactly as long as that command. So a bottle outlives main,
 *   and ends with its terminal.
 * - **Service**: something of the bottle that runs on the host, in main (gateway, broker, …). It listens on a Unix socket in the bottle's
 *   {@link BottleToStart.directory}. Inside it is a port of the bottle's own loopback (`#shared/bottles/names.ts` has the table). While
 *   main is away nothing listens there, and nothing gets out; when it is back the same ports lead to the same services.
 * - **Gate**: the agent program is held until {@link BottleBackend.release}. Between {@link BottleBackend.create} and that, main joins the
 *   services and proves from inside that a host which is not allowed cannot be reached.
 *
 * # Paths
 *
 * - The workspace has the same absolute path inside as on the host (`/home/ann/work/api` is `/home/ann/work/api`), so that what the agent
 *   prints can be clicked, and what git wrote down about its worktrees is true. The exception is a backend on another machine, which says
 *   so in its mounts.
 * - A mount's `from` is a host path after its links were resolved; `to` is never below another mount's `to` with wider access unless that is
 *   meant: mounts are made in their order, and a later one covers an earlier one.
 * - `home` inside is {@link guestHome} and never the person's own.
 * - `directory` is 0700, on the host only, short enough for Unix sockets (`b-<12 hex of the id>` in the runtime directory), and goes when the bottle has ended. Only its folder of certificates is visible inside.
 *
 * # Promises
 *
 * 1. `plan` changes nothing anywhere. A plan nobody launches leaves no file, process, image, network or row.
 * 2. `create` runs after the bottle's row is written. Whatever it makes can be found again from the bottle's id alone, by `enumerate` and
 *    `leftovers`, without anything main remembers.
 * 3. The only writable host paths inside are the workspace and, if the plan says so, the bottle's kept home; and in the workspace what the
 *    host later runs by itself stays as it was (`protect.ts`).
 * 4. The environment inside is {@link BottleToStart.environment} and nothing else, for what {@link BottleBackend.inside} runs too. Values are handed over neither in arguments nor in the
 *    environment of a process on the host.
 * 5. The network inside is the loopback with the services' ports. No other address can be reached, by any protocol, whatever the program does.
 * 6. What a backend cannot hold on this computer it says in `notEnforced`, as a sentence a person understands. It never pretends.
 * 7. Everything throws {@link Failure}: `unavailable` (what is missing, and how to get it), `refused` (a safety rule), `failed`
 *    ({@link EndedEarly} where the terminal says why). After a throw
 *    of `create`, `enter` or `release` main calls `destroy`, which has to work however far things had come.
 * 8. `destroy` is idempotent and resolves when nothing of the bottle is left. Unknown is not stopped: when a backend cannot be asked,
 *    `enumerate` throws, and its bottles are shown as unknown.
 */
import { type BackendName, type ServiceName, servicePorts } from "#shared/bottles/names.ts";
import { mcpPath } from "#shared/connection.ts";
import type { BottleLimit, BottleMount } from "#shared/contract/bottles.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import type { LaunchableProgram } from "../programs/index.ts";

/** The terminal's command has ended by itself before the program was let go: what it said in the terminal is the reason. */
export class EndedEarly extends Failure {
  constructor(message: string) {
    super("failed", message);
  }
}

/** HOME inside. */
export const guestHome = "/home/agent";
/** Folder inside with the certificates that TLS is to trust: the system's, and the bottle's own authority. */
export const guestTrust = "/run/cellar/trust";
/** Folder inside from which {@link HomeFile}s are taken into the home. */
export const guestHomeFiles = "/run/cellar/home-files";

/** Cellar's MCP server as a program inside finds it. */
export const guestMcpUrl = `http://127.0.0.1:${servicePorts.supervise}${mcpPath}`;

/** The text of an agent's manifest, as a file inside. */
export const guestSystemPrompt = "/run/cellar/system-prompt.md";

/** Whether a backend works on this computer; `reason` is one sentence with the way out, and `repair` the command in it where one is enough. */
export type Availability = { available: true } | { available: false; reason: string; repair?: string };

/** What is wanted, resolved and validated ({@link file://./prepare.ts}): the same for every backend. */
export type BottleSpec = {
  workspace: Workspace;
  program: LaunchableProgram;
  /** The person's login environment, to find programs by. None of it goes in by itself. */
  hostEnvironment: Readonly<Record<string, string>>;
  /** Directories of skills on the host, by name. */
  skills: readonly { name: string; path: string }[];
  /** A Dockerfile of the person's own; only for backends that build images. */
  dockerfile: string | null;
  limits: BottleLimits;
  /** Directory on the host that becomes the home inside; null for a home that is gone with the bottle. */
  keptHome: string | null;
};

/** Numbers a bottle is held to; bytes unless the name says otherwise. */
export type BottleLimits = {
  memory: number;
  processes: number;
  /** Size of one file. */
  fileSize: number;
  /** A home that is not kept. */
  home: number;
  /** `/tmp` and `/dev/shm`, each. */
  temporary: number;
};

/** A backend's part of the plan. `Private` is what the backend alone understands and gets back in {@link BottleToStart.plan}. */
export type BackendPlan<Private = unknown> = {
  mounts: BottleMount[];
  limits: BottleLimit[];
  notEnforced: string[];
  /** What has to be fetched or built before it starts, as sentences. */
  preparation?: string[];
  /** PATH inside. */
  path: string;
  details: Private;
};

/** Where a service listens, and where it is found inside. */
export type ServicePort = { name: ServiceName; port: number; socket: string };

/** A file for the home inside; never secret. */
export type HomeFile = {
  /** Below the home, with `/`; no part of it is `..`. */
  path: string;
  content: string;
  executable?: boolean;
  /** False: one that a kept home already has stays as it is. */
  replace: boolean;
};

/** A bottle that is being started. */
export type BottleToStart<Private = unknown> = {
  /** `bottle-<12 hex>`: everything a backend makes carries it in its name or label. */
  id: string;
  spec: BottleSpec;
  plan: BackendPlan<Private>;
  directory: string;
  /** The whole environment inside. */
  environment: Readonly<Record<string, string>>;
  /** Program and arguments, as they are executed inside. */
  argv: readonly string[];
  /** Directory inside in which it starts. */
  cwd: string;
  ports: readonly ServicePort[];
  /**
   * Folder on the host that is seen as {@link guestTrust}, read-only: there before anything inside can make a connection. Its files are replaced (by
   * renaming) when the authority changes, so the folder is mounted and not its files; a backend that can only copy says so in `notEnforced`.
   */
  trust: string | null;
  /** Resolves when its files are there, which is waited for before {@link BottleBackend.release}; a backend that copies them waits itself. */
  trusted?: Promise<unknown>;
  /** Put into the home from inside, as the agent and before its program starts, so that a link an earlier agent left in a kept home leads nowhere. */
  homeFiles: readonly HomeFile[];
  /** Content of {@link guestSystemPrompt}. */
  systemPrompt: string | null;
};

/** A command on the host. */
export type BottleCommand = {
  argv: string[];
  /** Added to the environment it is started with; nothing secret. */
  env: Record<string, string>;
};

/** A bottle that was started, as much as survives a restart of main. */
export type RunningBottle = {
  id: string;
  directory: string;
  ports: readonly ServicePort[];
  /** Pid of the terminal's command on the host; null when it is not known. */
  pid: number | null;
  limits: BottleLimits;
};

/** Tells the gateway that nobody is to be asked about a request to an unknown host: it is the probe's. */
export type ProbeHeader = { name: string; value: string };

/** A way to run something else inside. */
export type InsideCommand = {
  argv: readonly string[];
  /** Default: where the program was started. */
  cwd?: string;
  /** Added to the bottle's own. */
  environment?: Readonly<Record<string, string>>;
  /** With a terminal around it, and not with pipes. */
  tty: boolean;
};

/** Something an earlier bottle has left. */
export type Leftover = {
  kind: "processes" | "folder" | "home" | "container" | "network" | "machine";
  /** Bottle it belonged to, where that is known. */
  bottleId: string | null;
  /** Said to the person. */
  what: string;
  /** Finds it again at the cleanup; a pid comes with its start time. */
  key: string;
};

/** What is said at a bottle's end: a line of its log, or what a person has to see to. */
export type EndReport = { note(line: string): void; problem(problem: Failure): void };

export interface BottleBackend<Private = unknown> {
  readonly name: BackendName;
  /** What it is, in one line. */
  readonly summary: string;

  /** Answers within seconds, and really tries: a program that is installed and may not do its work is not available. */
  available(): Promise<Availability>;

  /** Promise 1. Throws `unavailable` or `refused` when this launch cannot be isolated. */
  plan(spec: BottleSpec): Promise<BackendPlan<Private>>;

  /** Makes what the terminal's command needs and says the command. The program inside does not start before {@link release}. */
  create(bottle: BottleToStart<Private>): Promise<BottleCommand>;

  /** The command runs: waits until the bottle is there and its ports lead to the services. */
  enter(bottle: RunningBottle): Promise<void>;

  /**
   * Tries from inside, before the program starts, to get out to a host that is not allowed: directly, and through the gateway where there
   * is one, with `header` in the request. Resolves to what got through, as sentences; an empty list is the only good answer.
   */
  probe(bottle: RunningBottle, header: ProbeHeader | null): Promise<string[]>;

  /** Opens the gate. */
  release(bottle: RunningBottle): Promise<void>;

  /** After a restart of main: the ports lead to the services again. Throws when the bottle is not there. */
  rejoin(bottle: RunningBottle): Promise<void>;

  /** The host's command that runs something else inside: same view, same rules, its end is not the bottle's. */
  inside(bottle: RunningBottle, command: InsideCommand): Promise<BottleCommand>;

  /** Promise 8. A backend that has something to bring back before does so here, throws when it cannot, and reports what became of it. */
  destroy(bottle: Pick<RunningBottle, "id" | "directory">, report?: EndReport): Promise<void>;

  /** Ids of the bottles of this home that run now. */
  enumerate(): Promise<string[]>;

  /** What is there without belonging to one of these bottles. Changes nothing. */
  leftovers(known: ReadonlySet<string>): Promise<Leftover[]>;

  /** Removes one of {@link leftovers}; throws when it is still there afterwards. */
  removeLeftover(leftover: Leftover): Promise<void>;

  /**
   * For a backend whose bottles depend on something that may go away and come back while their terminals live (an engine): tells when that has
   * happened, either way. Main then asks {@link enumerate}, and may {@link rejoin} a bottle that it has joined before.
   */
  watch?(changed: () => void): void;

  /** Ends what runs in main for its bottles; the bottles go on. */
  close(): void;
}

/** The agent programs: what the catalogue describes, joined with what this computer has. */
import { realpath, stat } from "node:fs/promises";
import type { Database } from "#node/store/index.ts";
import type { AgentProgram } from "#shared/contract/programs.ts";
import { Failure } from "#shared/failure.ts";
import { type Catalogue, type CatalogueProgram, readCatalogue } from "./catalogue.ts";
import { findProgram, type LoginEnvironment } from "./detect.ts";
import { type Platform, type ProgramEntry, platforms } from "./entry.ts";
import { makeOwnFile } from "./own-file.ts";
import { VersionStore } from "./store.ts";
import { askVersion, type RunProgram, type VersionAnswer, versionTimeoutMs } from "./version.ts";

export type ProgramsParts = {
  /** Folder of the entries that come with Cellar. */
  builtinFolder: string;
  /** `agent-programs.toml` in the state directory. */
  ownFile: string;
  /** False: the file is left alone, and the list says so. Default true. */
  readOwnFile?: boolean;
  database: Database.Database;
  /** What the person's login shell sets up; `fresh` asks the shell again. */
  loginEnvironment: (fresh: boolean) => Promise<LoginEnvironment>;
  run: RunProgram;
  /** Milliseconds a program may take to say its version; default {@link versionTimeoutMs}. */
  versionTimeoutMs?: number;
};

export type ProgramList = {
  programs: AgentProgram[];
  checkedAt: string;
  ownFile: string;
  problem: string | null;
};

/** A program that can be started now. */
export type LaunchableProgram = { id: string; entry: ProgramEntry; path: string };

/** Programs asked for their version at the same time: they are heavy to start, and the person is working. */
const atOnce = 4;
/** After so many milliseconds the list is answered with what is known; a version that is not in yet is null until the next look. */
const listDeadlineMs = 7_000;

export class AgentPrograms {
  readonly #parts: ProgramsParts;
  readonly #versions: VersionStore;
  #looking: Promise<ProgramList> | null = null;

  constructor(parts: ProgramsParts) {
    this.#parts = parts;
    this.#versions = new VersionStore(parts.database);
  }

  /** Every entry, found or not. `refresh` asks the login shell and every program again. Calls at the same time share one look. */
  async list(refresh: boolean): Promise<ProgramList> {
    const running = this.#looking;
    if (running !== null && !refresh) return running;
    await running?.catch(() => {});
    const looking = this.#look(refresh).finally(() => {
      if (this.#looking === looking) this.#looking = null;
    });
    this.#looking = looking;
    return looking;
  }

  /** The program with where it is. Throws: `not_found` (no such entry), `invalid_input` (its entry has a mistake), `unavailable` (not installed). */
  async launchable(id: string): Promise<LaunchableProgram> {
    const catalogue = await this.#catalogue();
    const program = catalogue.programs.find((each) => each.id === id);
    if (program === undefined) {
      throw new Failure("not_found", `There is no agent program "${id}"`, {
        hint: catalogue.problem ?? `Known are: ${catalogue.programs.map((each) => each.id).join(", ")}.`,
      });
    }
    if (program.entry === null) {
      throw new Failure("invalid_input", `The entry of ${program.name} has a mistake`, {
        hint: program.problem ?? `Correct it in ${this.#parts.ownFile}.`,
      });
    }
    // Asked again when it is not there: the person may just have installed it, and put its folder on PATH.
    const path = (await this.#find(program.entry, false)) ?? (await this.#find(program.entry, true));
    if (path === null) throw missing(program.entry);
    return { id, entry: program.entry, path };
  }

  /** The catalogue's name of a program, or its id when it is no longer there. */
  async nameOf(id: string): Promise<string> {
    return (await this.#catalogue()).programs.find((each) => each.id === id)?.name ?? id;
  }

  /** Path of the person's own file, made from a commented template when missing. */
  async ownFile(): Promise<string> {
    await makeOwnFile(this.#parts.ownFile);
    return this.#parts.ownFile;
  }

  #catalogue(): Promise<Catalogue> {
    const { builtinFolder, ownFile, readOwnFile = true } = this.#parts;
    return readCatalogue(builtinFolder, readOwnFile ? ownFile : null);
  }

  async #find(entry: ProgramEntry, fresh: boolean): Promise<string | null> {
    const login = await this.#login(fresh);
    return findProgram(resolvedCommand(entry, login)[0]!, login.env);
  }

  /** A shell that hangs in its start files is not waited for longer than for a program; what it said before is used. */
  #login(fresh: boolean): Promise<LoginEnvironment> {
    if (!fresh) return this.#parts.loginEnvironment(false);
    return new Promise((resolve, reject) => {
      const patience = setTimeout(
        () => this.#parts.loginEnvironment(false).then(resolve, reject),
        this.#parts.versionTimeoutMs ?? versionTimeoutMs,
      );
      this.#parts
        .loginEnvironment(true)
        .then(resolve, reject)
        .finally(() => clearTimeout(patience));
    });
  }

  async #look(refresh: boolean): Promise<ProgramList> {
    const [catalogue, login] = await Promise.all([this.#catalogue(), this.#login(refresh)]);
    const deadline = AbortSignal.timeout(listDeadlineMs);
    const queue = [...catalogue.programs.entries()];
    const programs = new Array<AgentProgram>(queue.length);
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        programs[next[0]] = await this.#describe(next[1], login, refresh, deadline);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return {
      programs,
      checkedAt: new Date().toISOString(),
      ownFile: this.#parts.ownFile,
      problem: catalogue.problem,
    };
  }

  async #describe(
    program: CatalogueProgram,
    login: LoginEnvironment,
    refresh: boolean,
    deadline: AbortSignal,
  ): Promise<AgentProgram> {
    const { id, entry, source, problem, name } = program;
    if (entry === null) return { ...empty, id, name, source, problem, command: [id] };
    const command = resolvedCommand(entry, login);
    let path = await findProgram(command[0]!, login.env);
    let version: string | null = null;
    if (path !== null && entry.version) {
      const answer = await this.#version(path, entry.version, login, refresh, deadline);
      if (answer.other) path = null;
      version = answer.version;
    }
    return {
      id,
      name,
      source,
      problem,
      homepage: entry.homepage ?? null,
      command,
      install: installHere(entry),
      prompt: entry.start.prompt,
      resumable: entry.conversation !== undefined,
      drivesTerminals: entry.mcp !== undefined,
      environment: entry.environment,
      found: path === null ? null : { path, version },
    };
  }

  async #version(
    path: string,
    wanted: NonNullable<ProgramEntry["version"]>,
    login: LoginEnvironment,
    refresh: boolean,
    deadline: AbortSignal,
  ): Promise<VersionAnswer> {
    const file = await fileState(path);
    const known = refresh ? null : this.#versions.get(path, wanted.arguments, file, Date.now());
    if (known !== null) return known;
    if (deadline.aborted) return { version: null, other: false };
    const answer = await askVersion(this.#parts.run, path, wanted, {
      env: login.env,
      timeoutMs: this.#parts.versionTimeoutMs ?? versionTimeoutMs,
      signal: deadline,
    });
    // One that was cut short by the deadline has not had its time; it is asked again at the next look.
    if (!deadline.aborted) this.#versions.set(path, wanted.arguments, file, answer, Date.now());
    return answer;
  }
}

const empty = {
  homepage: null,
  install: [],
  prompt: "none",
  resumable: false,
  drivesTerminals: false,
  environment: [],
  found: null,
} as const satisfies Partial<AgentProgram>;

function resolvedCommand(entry: ProgramEntry, login: LoginEnvironment): string[] {
  return [entry.command[0]!.replace("{shell}", () => login.shell), ...entry.command.slice(1)];
}

function installHere(entry: ProgramEntry): AgentProgram["install"] {
  const here = platforms.find((platform) => platform === process.platform) ?? "linux";
  return entry.install
    .filter((way) => (way.platforms as Platform[]).includes(here))
    .map(({ label, command }) => ({ label, command }));
}

function missing(entry: ProgramEntry): Failure {
  const ways = installHere(entry).map((way) => `${way.label}: ${way.command}`);
  if (ways.length === 0 && entry.homepage) ways.push(entry.homepage);
  return new Failure(
    "unavailable",
    `${entry.name} is not installed: ${entry.command[0]} was not found on the PATH of your login shell`,
    {
      hint: ways.length === 0 ? "Install it, or correct its command." : `To install it, ${ways.join("; or ")}`,
    },
  );
}

async function fileState(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    const { mtimeMs, size } = await stat(real);
    return `${real}|${mtimeMs}|${size}`;
  } catch {
    return path;
  }
}

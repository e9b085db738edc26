/**
 * git, run so that a repository's configuration cannot make it execute anything: no hook, filter, file system monitor, text conversion, external
 * diff, pager, editor, signature program, credential helper or transport of the repository's own. The person's own configuration (who
 * they are, `safe.directory`, `url.*.insteadOf`, credential helpers for a clone) keeps working.
 *
 * Filters and configured hooks have free names, so they are listed first and then overridden by name: once per {@link Repository}, which is therefore
 * made anew for every operation.
 */
import { Failure } from "#shared/failure.ts";
import type { Command, Ended, Environment, Subprocesses } from "../subprocess.ts";
import { exitFailure } from "../subprocess.ts";
import { gitEnvironment, type Reach } from "./environment.ts";
import { overrideEnvironment, overridesFor } from "./overrides.ts";

export type GitOptions = Pick<
  Command,
  | "signal"
  | "owner"
  | "input"
  | "secret"
  | "maxStdoutBytes"
  | "overflow"
  | "onStdout"
  | "onLine"
  | "stdoutTo"
  | "memoryBytes"
> & {
  timeoutMs?: number | "none";
  /** Wins over what every git is given. */
  environment?: Readonly<Record<string, string>>;
};

/** Plenty for anything that only looks at a repository. */
const defaultTimeoutMs = 60_000;

/** Flags for every `git diff` and `git log -p`: none of them may run a program, and the output has one form whatever is configured. */
export const diffFlags = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--ignore-submodules=dirty",
  "--submodule=short",
  "--find-renames",
  "--src-prefix=a/",
  "--dst-prefix=b/",
] as const;

export class Git {
  readonly #subprocesses: Subprocesses;
  readonly #environment: () => Environment | Promise<Environment>;

  /** `environment` is the person's login environment. */
  constructor(subprocesses: Subprocesses, environment: () => Environment | Promise<Environment>) {
    this.#subprocesses = subprocesses;
    this.#environment = environment;
  }

  /** `git version`, or throws `unavailable` with how to get it. */
  async version(): Promise<string> {
    const ended = await this.execute([], ["version"], "nowhere", [], {});
    return ended.stdout.toString().trim();
  }

  /** The repository in or above `directory`; a bare one has to be named by `gitDir`. */
  open(directory: string, gitDir?: string): Repository {
    return new Repository(this, directory, gitDir);
  }

  /** A command outside any repository, as `clone`. `ceiling` keeps git from finding one above. */
  async outside(
    args: readonly string[],
    reach: Reach,
    settings: [string, string][],
    options: GitOptions,
  ): Promise<Ended> {
    const listed = await this.execute([], ["config", "--list", "--name-only", "-z"], "nowhere", [], options);
    return this.execute([], args, reach, [...overridesFor(keysIn(listed)), ...settings], options);
  }

  /** Runs git with exactly these settings; everything above goes through here. */
  async execute(
    place: readonly string[],
    args: readonly string[],
    reach: Reach,
    settings: [string, string][],
    options: GitOptions,
  ): Promise<Ended> {
    const person = await this.#environment();
    const { environment, ...command } = options;
    try {
      return await this.#subprocesses.run({
        ...command,
        program: "git",
        args: ["--no-pager", ...place, ...args],
        env: { ...gitEnvironment(person, reach), ...overrideEnvironment(settings), ...environment },
        timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
      });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "unavailable") throw error;
      throw new Failure("unavailable", error.message, { hint: howToGetGit() });
    }
  }
}

export class Repository {
  readonly directory: string;
  readonly #git: Git;
  readonly #place: readonly string[];
  #overrides: Promise<[string, string][]> | null = null;

  constructor(git: Git, directory: string, gitDir?: string) {
    this.#git = git;
    this.directory = directory;
    this.#place = ["-C", directory, ...(gitDir === undefined ? [] : [`--git-dir=${gitDir}`])];
  }

  /** Resolves whatever the exit code. */
  async try(args: readonly string[], options: GitOptions = {}): Promise<Ended> {
    this.#overrides ??= this.#list(options);
    return this.#git.execute(this.#place, args, "nowhere", await this.#overrides, options);
  }

  /** Throws a Failure with what git said when the exit code is not 0. */
  async run(args: readonly string[], options: GitOptions = {}): Promise<Ended> {
    const ended = await this.try(args, options);
    if (ended.exitCode !== 0 && !ended.cut) throw exitFailure(ended, `git ${args[0] ?? ""}`);
    return ended;
  }

  /** Trimmed stdout, or null when git says no. */
  async text(args: readonly string[], options: GitOptions = {}): Promise<string | null> {
    const ended = await this.try(args, options);
    return ended.exitCode === 0 ? ended.stdout.toString().replace(/\n$/, "") : null;
  }

  async #list(options: GitOptions): Promise<[string, string][]> {
    const { signal } = options;
    const listed = await this.#git.execute(
      this.#place,
      ["config", "--list", "--name-only", "-z"],
      "nowhere",
      overridesFor([]),
      {
        signal,
      },
    );
    return overridesFor(keysIn(listed));
  }
}

function keysIn(listed: Ended): string[] {
  // A configuration that cannot be read could hide a filter from us: nothing is run then.
  if (listed.exitCode !== 0) throw exitFailure(listed, "Reading the git configuration");
  return listed.stdout.toString().split("\0");
}

function howToGetGit(): string {
  if (process.platform === "darwin") return "Install git with `xcode-select --install`.";
  if (process.platform === "win32") return "Install Git for Windows from https://git-scm.com.";
  return "Install git with your package manager, for example `sudo apt install git`.";
}

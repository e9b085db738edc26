/** What a person does in a bottle that runs: run something, open a terminal, copy in and out. */
import { randomBytes } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { lstat, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, normalize, relative, sep } from "node:path";
import type { Command, Ended, Subprocesses } from "#node/subprocess.ts";
import { exitFailure } from "#node/subprocess.ts";
import type { TerminalSize } from "#shared/contract/base.ts";
import type { NewTerminal, Terminal } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import { guestHome, type InsideCommand } from "./backend.ts";
import type { Bottles } from "./service.ts";
import type { BottleTerminals } from "./terminals.ts";
import { Untar } from "./untar.ts";

const mebibyte = 1024 * 1024;
/** Of each stream of something that is run inside. */
const keptBytes = mebibyte;
/** What a copy may bring out: the agent decides how much it is. */
const mostCopied = 16 * 1024 * mebibyte;
const copyTimeoutMs = 30 * 60_000;

/** A script on stdin, so that it is in no list of processes; what it runs finds an empty stdin. */
const fromStdin = ["/bin/sh", "-c", 's=$(cat); exec </dev/null; eval "$s"'];
/** $1: a new folder beside the target, $2: name in the stream, $3: target. */
const unpack = `free() { [ ! -e "$1" ] && [ ! -L "$1" ] || { echo "there is something at $1 already" >&2; false; }; }
mkdir -- "$1" && tar -xf - -C "$1" && free "$3" && mv -T -- "$1/$2" "$3"; s=$?; rm -rf -- "$1"; exit $s`;
/** $1: folder on the host, $2: name in it; then the command inside that takes the stream. */
const packInto = 'set -o pipefail; d=$1 n=$2; shift 2; tar -cf - -C "$d" -- "$n" | "$@"';

const isThere = '[ -e "$1" ] && echo yes';
/** $1: a path in the home inside. Prints it, or the first one with a number that is free. */
const freeName = 'p=$1 n=2; while [ -e "$p" ] || [ -L "$p" ]; do p=$1-$n n=$((n+1)); done; printf %s "$p"';

export type ExecResult = { exitCode: number | null; stdout: string; stderr: string; truncated: boolean };

export class Inside {
  readonly #bottles: Bottles;
  readonly #terminals: BottleTerminals;
  readonly #subprocesses: Subprocesses;

  constructor(bottles: Bottles, terminals: BottleTerminals, subprocesses: Subprocesses) {
    this.#bottles = bottles;
    this.#terminals = terminals;
    this.#subprocesses = subprocesses;
  }

  async exec(id: string, script: string, timeoutMs: number): Promise<ExecResult> {
    const command = await this.#command(id, { argv: fromStdin, tty: false });
    const ended = await this.#run(command, { input: script, timeoutMs, maxStdoutBytes: keptBytes, overflow: "drop" });
    const { exitCode, stdout, stderr, cut } = ended;
    return { exitCode, stdout: stdout.toString(), stderr, truncated: cut };
  }

  async openTerminal(id: string, command: string | undefined, size: TerminalSize | undefined): Promise<Terminal> {
    const wanted = { ...(command === undefined ? {} : { command }), ...(size && { size }) };
    return this.#terminals.create(await this.#enclosed(id, wanted));
  }

  /**
   * A terminal that a program in a bottle's terminal asks for is in that bottle too. Throws, and starts nothing, when it cannot be; other
   * terminals are returned as they are.
   */
  async inherit(wanted: NewTerminal): Promise<NewTerminal> {
    const parent = this.#terminals.list().find(({ id }) => id === wanted.owner?.parentId);
    const id = parent?.owner.bottleId;
    if (id === undefined || wanted.owner?.bottleId !== undefined) return wanted;
    try {
      return await this.#inherited(id, wanted);
    } catch (error) {
      // The record is there and says why, as for every terminal that could not be started.
      const { message } = error as Error;
      const said = ["/bin/sh", "-c", 'printf "%s" "$1"; exit 1', "cellar", `spawn failed: ${message}`];
      const { env: _, command: __, ...rest } = wanted;
      await this.#terminals.create({ ...rest, argv: said, cwd: "/" });
      throw error;
    }
  }

  async copyIn(id: string, from: string, to: string): Promise<void> {
    if ((await lstat(from).catch(() => null)) === null) throw new Failure("not_found", `There is nothing at ${from}`);
    await this.#checkOutside(id, from);
    const beside = join(dirname(to), `.cellar-${randomBytes(6).toString("hex")}`);
    const { argv } = await this.#command(id, {
      argv: ["/bin/sh", "-c", unpack, "cellar", beside, basename(from), to],
      cwd: "/",
      tty: false,
    });
    const command = {
      argv: ["bash", "--norc", "-p", "-c", packInto, "cellar", dirname(from), basename(from), ...argv],
      env: {},
    };
    const ended = await this.#run(command, { timeoutMs: copyTimeoutMs });
    if (ended.exitCode !== 0) throw exitFailure(ended, `Copying ${basename(from)} into the bottle`);
  }

  /**
   * Where something of this computer is inside: where it is mounted, or where it was copied to. Links are not followed: one in the workspace is the
   * agent's, and what it leads to would be taken in for it.
   */
  async bringIn(id: string, from: string): Promise<{ path: string; copied: boolean }> {
    const path = normalize(from).replace(/[\\/]+$/, "");
    const found = await lstat(path).catch(() => null);
    if (found === null) throw new Failure("not_found", `There is nothing at ${from}`);
    this.#bottles.running(id);
    const { mounts, label } = this.#bottles.get(id).bottle.plan;
    const holding = mounts.filter((mount) => path === mount.from || path.startsWith(mount.from + sep));
    for (const mount of holding.toSorted((a, b) => b.from.length - a.from.length)) {
      const inside = join(mount.to, relative(mount.from, path));
      if ((await this.#said(id, ["/bin/sh", "-c", isThere, "cellar", inside])) !== "") {
        return { path: inside, copied: false };
      }
      if (mount.access === "read-write") {
        throw new Failure("not_found", `'${label}' does not see ${basename(path)} where it works`);
      }
    }
    if (found.isSymbolicLink()) {
      throw new Failure("invalid_input", `${path} is a link`, { hint: "Take what it leads to." });
    }
    const free = await this.#said(id, ["/bin/sh", "-c", freeName, "cellar", join(guestHome, basename(path))]);
    await this.copyIn(id, path, free);
    return { path: free, copied: true };
  }

  /** What a command says inside; nothing when it fails. */
  async #said(id: string, argv: string[]): Promise<string> {
    const command = await this.#command(id, { argv, cwd: "/", tty: false });
    const { stdout } = await this.#run(command, { timeoutMs: 10_000, maxStdoutBytes: 64 * 1024, overflow: "drop" });
    return stdout.toString().trim();
  }

  /** Resolves to what was left out. */
  async copyOut(id: string, from: string, to: string): Promise<string[]> {
    if ((await lstat(to).catch(() => null)) !== null)
      throw new Failure("conflict", `There is something at ${to} already`);
    await this.#checkOutside(id, to);
    const command = await this.#command(id, {
      argv: ["tar", "--hard-dereference", "-cf", "-", "-C", dirname(from), "--", basename(from)],
      cwd: "/",
      tty: false,
    });
    const folder = join(dirname(to), `.cellar-${randomBytes(6).toString("hex")}`);
    mkdirSync(folder, { mode: 0o700 });
    const stop = new AbortController();
    const untar = new Untar(folder, mostCopied);
    let problem: unknown = null;
    try {
      const ended = await this.#run(command, {
        timeoutMs: copyTimeoutMs,
        maxStdoutBytes: 0,
        overflow: "drop",
        signal: stop.signal,
        onStdout(chunk) {
          if (problem !== null) return;
          try {
            untar.push(chunk);
          } catch (error) {
            problem = error;
            stop.abort();
          }
        },
      });
      if (ended.exitCode !== 0) throw exitFailure(ended, `Copying ${basename(from)} out of the bottle`);
      untar.finish();
      await rename(join(folder, basename(from)), to);
      return untar.leftOut;
    } catch (error) {
      throw problem ?? error;
    } finally {
      untar.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** A folder on the way could be exchanged for a link while the copy is made. */
  async #checkOutside(id: string, path: string): Promise<void> {
    const { mounts } = this.#bottles.get(id).bottle.plan;
    const real = join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
    const holds = (folder: string) => real === folder || real.startsWith(folder + sep);
    const held = mounts.find(({ from, access }) => access === "read-write" && holds(from));
    if (held === undefined) return;
    throw new Failure(
      "refused",
      `The program in the bottle can write ${held.from} itself, so nothing is copied from or to it`,
      {
        hint: "It is the same folder inside: choose one outside of it.",
      },
    );
  }

  async #inherited(id: string, wanted: NewTerminal): Promise<NewTerminal> {
    const { bottle, cwd } = this.#bottles.get(id);
    const isThere = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isThere(cwd) && wanted.cwd === undefined) {
      throw new Failure("refused", "Cannot sandbox PTY: no workspace directory in the active sandbox policy");
    }
    const backend = this.#bottles.backends.all().find(({ name }) => name === bottle.backend);
    const available = backend === undefined ? false : (await backend.available()).available;
    if (!available) {
      throw new Failure("refused", `Cannot sandbox PTY: no sandbox backend installed (${bottle.backend})`);
    }
    return this.#enclosed(id, wanted);
  }

  async #enclosed(id: string, wanted: NewTerminal): Promise<NewTerminal> {
    const { bottle, cwd } = this.#bottles.get(id);
    const { command, env, argv, ...rest } = wanted;
    const inside = argv ?? (command === undefined ? ["/bin/bash", "-i"] : ["/bin/sh", "-c", command.trim()]);
    if (command?.trim() === "") throw new Failure("invalid_input", "Command cannot be empty");
    const given = Object.entries(env ?? {}).filter((pair): pair is [string, string] => pair[1] !== null);
    const started = await this.#command(id, {
      argv: inside,
      tty: true,
      environment: Object.fromEntries(given),
      ...(wanted.cwd === undefined ? {} : { cwd: wanted.cwd }),
    });
    const owner = { ...wanted.owner, workspaceId: bottle.workspaceId, bottleId: id };
    return { ...rest, argv: started.argv, env: started.env, cwd, owner, cellEnd: wanted.cellEnd ?? { mode: "repeat" } };
  }

  #command(id: string, command: InsideCommand): Promise<{ argv: string[]; env: Record<string, string> }> {
    const { backend, bottle } = this.#bottles.running(id);
    return backend.inside(bottle, command);
  }

  #run(
    { argv, env }: { argv: string[]; env: Record<string, string> },
    how: Omit<Command, "program" | "args" | "env">,
  ): Promise<Ended> {
    const [program, ...args] = argv;
    return this.#subprocesses.run({ program: program!, args, env: { PATH: "/usr/bin:/bin", ...env }, ...how });
  }
}

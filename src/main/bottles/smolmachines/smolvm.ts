/**
 * The command line of smolvm, as AGENTS.md, docs/sandbox, docs/limitations.md and `src/cli/machine.rs` of github.com/smol-machines/smolvm say it at
 * 1.23 (`--mount-socket` is there since 1.7): `machine create|start|exec|stop|delete`, and `machine ls --json` with `name`, `state`, `labels`.
 *
 * Used of it: `--label` to know machines as ours, `-v HOST:GUEST[:ro]` (folders only), `--mount-socket HOST:GUEST` (a Unix socket of the host over vsock,
 * without any network), `--user`, `--mem`, `--storage`. Not used: `--net`. Without it a machine has no network at all, which is narrower than
 * the single /32 that other programs restrict one to.
 */
import { findProgram } from "#node/find-program.ts";
import type { Subprocesses } from "#node/subprocess.ts";
import { lastLines } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";

export type Machine = { name: string; state: string; labels: Readonly<Record<string, string>> };

const patienceMs = 60_000;
const listPatienceMs = 15_000;
/** smolvm keeps its machines below HOME, and its own settings in variables of its name. Nothing else of the person's environment is its business. */
const passedOn = /^(HOME|PATH|USER|TMPDIR|XDG_[A-Z_]+|SMOLVM_[A-Z_]+|LANG|LC_[A-Z]+)$/;

export class Smolvm {
  readonly #subprocesses: Subprocesses;
  readonly #loginEnvironment: () => Promise<Record<string, string>>;

  constructor(subprocesses: Subprocesses, loginEnvironment: () => Promise<Record<string, string>>) {
    this.#subprocesses = subprocesses;
    this.#loginEnvironment = loginEnvironment;
  }

  /** What a command of it is started with. */
  async environment(): Promise<Record<string, string>> {
    const env = await this.#loginEnvironment();
    return Object.fromEntries(Object.entries(env).filter(([name]) => passedOn.test(name)));
  }

  /** Full path. Throws `unavailable`. */
  async program(): Promise<string> {
    const path = findProgram("smolvm", await this.environment());
    if (path === null) throw new Failure("unavailable", "smolvm is not installed");
    return path;
  }

  /** Throws `unavailable` when smolvm cannot be asked, and `failed` with its own words when it refuses. */
  async run(args: readonly string[], timeoutMs = patienceMs): Promise<string> {
    const ended = await this.#subprocesses.run({
      program: await this.program(),
      args: ["machine", ...args],
      env: await this.environment(),
      timeoutMs,
    });
    if (ended.exitCode === 0) return ended.stdout.toString();
    const said = lastLines(ended.stderr, 3) || `it ended with ${ended.exitCode ?? ended.signal}`;
    throw new Failure("failed", `smolvm machine ${args[0]}: ${said}`);
  }

  /** All of the person's machines. Throws when that cannot be found out. */
  async list(): Promise<Machine[]> {
    const text = await this.run(["ls", "--json"], listPatienceMs);
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw new Failure("failed", "smolvm machine ls --json said something that is no JSON");
    }
    if (!Array.isArray(parsed)) throw new Failure("failed", "smolvm machine ls --json said something that is no list");
    return parsed.map((each) => {
      const { name, state, labels } = each as Record<string, unknown>;
      if (typeof name !== "string" || typeof state !== "string") {
        throw new Failure("failed", "smolvm machine ls --json lists something that is no machine");
      }
      const known = typeof labels === "object" && labels !== null ? (labels as Record<string, string>) : {};
      return { name, state, labels: known };
    });
  }

  /** Stops and deletes; a machine that is not there is fine. Throws when it is still there afterwards. */
  async remove(name: string): Promise<void> {
    const find = async () => (await this.list()).find((each) => each.name === name);
    const there = await find();
    if (there === undefined) return;
    // One that does not stop may still be deleted, and one that stopped meanwhile cannot be stopped.
    if (there.state !== "stopped" && there.state !== "created")
      await this.run(["stop", "--name", name]).catch(() => {});
    try {
      await this.run(["delete", "--name", name, "-f"]);
    } catch (error) {
      if ((await find()) !== undefined) throw error;
    }
  }
}

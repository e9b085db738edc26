/** How one Docker engine is talked to: the `docker` command line with the context that was chosen, and what its refusals mean. */
import type { Readable } from "node:stream";
import { type Ended, lastLines, type Subprocesses } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";

/** Which engine, as it survives a restart of main; no secret is in it. */
export type EngineAddress = {
  /** Before every command: the context. */
  args: string[];
  /** What of the person's environment leads the client to the engine. */
  env: Record<string, string>;
};

/** Of the login environment. Nothing else of it reaches the client, which would give proxies on to what it builds. */
const clientVariables = [
  ...["PATH", "HOME", "USER", "LOGNAME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "SYSTEMROOT"],
  ...["DOCKER_CONFIG", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_BUILDKIT"],
] as const;

/** `context`: the name of a Docker context; empty for the one the person's environment says. */
export function engineAddress(environment: Readonly<Record<string, string>>, context: string): EngineAddress {
  const names = clientVariables.filter((name) => context === "" || !/^DOCKER_(HOST|CONTEXT)$/.test(name));
  const env = Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  return { args: context === "" ? [] : ["--context", context], env: { ...env, LC_ALL: "C" } };
}

/** Of `docker info`, spelled as its JSON spells it; what an older engine does not say is left out. */
export type EngineInfo = {
  ServerVersion: string;
  OperatingSystem: string;
  OSType: string;
  Architecture: string;
  NCPU: number;
  MemoryLimit: boolean;
  PidsLimit: boolean;
  CpuCfsQuota: boolean;
  SecurityOptions: string[];
  Runtimes: Record<string, unknown>;
};

export type RunOptions = {
  input?: string | Uint8Array | Readable;
  timeoutMs?: number | "none";
  signal?: AbortSignal;
  /** Given stdout as it comes, and nothing of it is kept. */
  onLine?: (line: string) => void;
  onStdout?: (chunk: Buffer) => void;
};

/** Most answers come within milliseconds; an engine under load may need its time. */
const patienceMs = 60_000;

export class Engine {
  readonly address: EngineAddress;
  readonly #subprocesses: Subprocesses;

  constructor(subprocesses: Subprocesses, address: EngineAddress) {
    this.#subprocesses = subprocesses;
    this.address = address;
  }

  /** The host's command line of a `docker` command, for a terminal. */
  command(...args: string[]): string[] {
    return ["docker", ...this.address.args, ...args];
  }

  /** Ends however it ends. Throws `unavailable` when there is no client, `failed` when it takes too long. */
  run(args: readonly string[], { timeoutMs = patienceMs, ...options }: RunOptions = {}): Promise<Ended> {
    return this.#subprocesses.run({
      program: "docker",
      args: [...this.address.args, ...args],
      env: this.address.env,
      timeoutMs,
      ...options,
      ...((options.onLine ?? options.onStdout) && { overflow: "drop" as const }),
    });
  }

  /** stdout. Throws `unavailable` when the engine does not answer, `failed` with what it said otherwise. */
  async text(args: readonly string[], what: string, options?: RunOptions): Promise<string> {
    const ended = await this.run(args, options);
    if (ended.exitCode !== 0) throw engineFailure(ended, what);
    return ended.stdout.toString().trim();
  }

  async info(timeoutMs?: number): Promise<EngineInfo> {
    const said = await this.text(["info", "--format", "{{json .}}"], "Asking the Docker engine", {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const info = JSON.parse(said) as EngineInfo & { ServerErrors?: string[] };
    // `docker info` ends with 0 when only the client could be asked.
    const [problem] = info.ServerErrors ?? [];
    if (problem !== undefined || !info.ServerVersion) throw unreachable(problem ?? "it said nothing");
    return info;
  }

  /** Where the engine is: `unix:///var/run/docker.sock`, `ssh://…`, `tcp://…`, `npipe://…`. */
  endpoint(): Promise<string> {
    const { env, args } = this.address;
    if (args.length === 0 && env["DOCKER_HOST"]) return Promise.resolve(env["DOCKER_HOST"]);
    return this.text(
      ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"].concat(args.slice(1)),
      "Asking for the Docker context",
    );
  }
}

const noAnswer =
  /cannot connect to the docker daemon|error during connect|is the docker daemon running|connection refused|failed to connect to the docker api|no such host|i\/o timeout|context deadline exceeded|docker daemon is not running/i;
const notAllowed = /permission denied while trying to connect|dial unix \S+: connect: permission denied/i;

/** Whether what the client said means that the engine could not be asked at all. */
function cannotAsk(stderr: string): boolean {
  return noAnswer.test(stderr) || notAllowed.test(stderr);
}

export function engineFailure(ended: Pick<Ended, "exitCode" | "stderr">, what: string): Failure {
  const said = lastLines(ended.stderr) || `exit code ${ended.exitCode}`;
  return cannotAsk(ended.stderr) ? unreachable(said) : new Failure("failed", `${what} failed: ${said}`);
}

function unreachable(said: string): Failure {
  if (notAllowed.test(said)) {
    return new Failure("unavailable", "You may not use the Docker engine of this computer", {
      hint: "Join its group and sign in again: sudo usermod -aG docker $USER",
    });
  }
  if (/context "?[^ ]+"? (does not exist|not found)|context not found/i.test(said)) {
    return new Failure("unavailable", said.trim(), { hint: "Choose another Docker context: docker context ls" });
  }
  return new Failure("unavailable", "The Docker engine does not answer", {
    hint: `Start it: sudo systemctl start docker, or Docker Desktop (${said.split("\n")[0]!.trim().slice(0, 200)})`,
  });
}

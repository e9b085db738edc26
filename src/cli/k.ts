/**
 * `cellar k` and `cellar km`: what `resources/bin/k` does, in Node. For computers without Perl and curl, for Windows, for the first call of
 * all (which starts the terminal host), and for monitors that have lost their host.
 */
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { cellarPaths } from "#node/paths.ts";
import { Failure } from "#shared/failure.ts";
import { answersInJson, readArguments, standardInput } from "#shared/k/arguments.ts";
import { pythonJson, pythonTimestamp } from "#shared/k/python.ts";
import { monitorUsage } from "#shared/k/usage.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";

/** One byte more than the host takes, so that too much is seen as such. */
const inputBytes = 16 * 1024 * 1024 + 1;
const exitCodeStatus = 600;
const exitOfInterrupt = 130;
const hostIsEnding = 503;
/** A monitor follows its terminal host through so many ends of it within the time; then something is wrong with the host. */
const lossesAllowed = 5;
const lossesWithinMs = 60_000;
const lost = "the terminal host has ended";

type Program = "k" | "km";
/** `lost`: the connection ended before the answer did. */
type Outcome = { exitCode: number } | "lost";

/** Prints what there is to print; resolves with the exit code. */
export async function k(program: Program, args: string[]): Promise<number> {
  const { CELLAR_K_TRIED: tried, CELLAR_K_RESUMES: resumes = "" } = process.env;
  // Of this process only: a host that is started from here must not inherit them.
  delete process.env["CELLAR_K_TRIED"];
  delete process.env["CELLAR_K_RESUMES"];
  // A reader that has seen enough (`| head -1`).
  process.stdout.on("error", () => process.exit(0));
  try {
    if (program === "km") return await new Monitor(args, resumes).run(tried === "lost");
    const command = readArguments(args);
    if (command.verb === "say") return print(command.text, command.exitCode);
    if (tried === "lost") return answerLost(args);
    const client = new Client("k", args);
    await client.connect();
    const reads = ["run", "fire", "send"].includes(command.verb) && args.includes(standardInput);
    const outcome = await client.ask("", reads ? await readInput() : Buffer.alloc(0));
    return outcome === "lost" ? answerLost(args) : outcome.exitCode;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const hint = error.hint === undefined ? "" : ` ${error.hint}`;
    const log = error.logPath === undefined ? "" : ` (${error.logPath})`;
    return print(`ERR ${error.message}.${hint}${log}\n`, 1);
  }
}

function print(text: string | Buffer, exitCode: number): number {
  process.stdout.write(text);
  return exitCode;
}

/** What became of the code is not known; the next poll says so. */
function answerLost(args: string[]): number {
  const json = answersInJson(readArguments(args));
  return print(json ? `${pythonJson({ status: "error", output: lost })}\n` : `ERR ${lost}\n`, 1);
}

/** Follows one session; through ends of the host, which cost it its terminal, to a clear end. */
class Monitor {
  readonly #args: string[];
  #resumes: string;
  #losses: number[] = [];

  constructor(args: string[], resumes: string) {
    this.#args = args;
    this.#resumes = resumes;
  }

  async run(wasLost: boolean): Promise<number> {
    const [session] = this.#args;
    if (session === undefined || session === "-h" || session === "--help") return print(monitorUsage, 0);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
    if (wasLost) this.#losses.push(Date.now());
    for (;;) {
      const client = new Client("km", this.#args);
      client.onState = (state) => {
        this.#resumes = state;
      };
      await client.connect();
      const outcome = await client.ask(this.#resumes, Buffer.alloc(0));
      if (outcome !== "lost") return outcome.exitCode;
      const now = Date.now();
      this.#losses = [...this.#losses.filter((loss) => now - loss < lossesWithinMs), now];
      if (this.#losses.length < lossesAllowed) continue;
      const ts = pythonTimestamp(performance.timeOrigin + performance.now());
      return print(`${pythonJson({ session, status: "error", message: lost, ts })}\n`, 1);
    }
  }
}

/** One call of the host, as `resources/bin/k` makes it. */
class Client {
  readonly #program: Program;
  readonly #args: string[];
  readonly #paths = cellarPaths();
  onState: (state: string) => void = () => {};

  constructor(program: Program, args: string[]) {
    this.#program = program;
    this.#args = args;
  }

  /** Rejects with a Failure when there is no host and none can be started. */
  async connect(): Promise<void> {
    const { version } = await import("#node/installation.ts");
    const host = await TerminalHostClient.connect(this.#paths, { name: "k", version: version(), events: false });
    host.close();
  }

  async ask(resumes: string, input: Buffer): Promise<Outcome> {
    const body = Buffer.concat([...this.#fields(resumes).map((field) => Buffer.concat([field, Buffer.of(0)])), input]);
    const gone = new AbortController();
    let interrupted = false;
    let streams = false;
    const interrupt = () => {
      if (interrupted) process.exit(exitOfInterrupt);
      interrupted = true;
      if (streams) {
        process.stdout.write("\n\x1b[2mstopped\x1b[0m\n");
        process.exit(0);
      }
      gone.abort();
    };
    if (this.#program === "k") process.on("SIGINT", interrupt);
    try {
      const response = await this.#post(`/${this.#program}`, body, gone.signal);
      if (response.statusCode === 200) {
        streams = true;
        return await this.#stream(response);
      }
      return await this.#printed(response);
    } catch (error) {
      if (!interrupted) {
        if (isLoss(error)) return "lost";
        throw error;
      }
      return await this.#printed(await this.#post("/outcome", Buffer.from(String(process.pid))));
    } finally {
      process.off("SIGINT", interrupt);
    }
  }

  #post(path: string, body: Buffer, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { host: "cellar", "content-length": body.length };
      const { hostSocket: socketPath } = this.#paths;
      request({ socketPath, path, method: "POST", headers, ...(signal ? { signal } : {}) })
        .on("response", resolve)
        .on("error", reject)
        .end(body);
    });
  }

  async #printed(response: IncomingMessage): Promise<Outcome> {
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const status = response.statusCode ?? 0;
    if (status === hostIsEnding) {
      throw new Failure("unavailable", "The terminal host is ending", { hint: "Try once more." });
    }
    if (status < exitCodeStatus) return "lost";
    return { exitCode: print(Buffer.concat(chunks), status - exitCodeStatus) };
  }

  async #stream(response: IncomingMessage): Promise<Outcome> {
    let rest = "";
    response.setEncoding("utf8");
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const text = line.slice(1);
        if (line[0] === "+") process.stdout.write(`${text}\n`);
        else if (line[0] === "!") process.stderr.write(`${text}\n`);
        else if (line[0] === "@") this.onState(text);
        else return { exitCode: Number(text) };
      }
    }
    return "lost";
  }

  #fields(resumes: string): Buffer[] {
    const { K_SESSION = "", CELLAR_TERMINAL_ID = "" } = process.env;
    const context = [process.pid, process.ppid, process.cwd(), K_SESSION, CELLAR_TERMINAL_ID, resumes];
    return [...[...context, this.#args.length].map((field) => Buffer.from(String(field))), ...exactly(this.#args)];
  }
}

function isLoss(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "ECONNREFUSED", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** The arguments' own bytes where Node has replaced some that are not UTF-8 and the system still knows them. */
function exactly(args: string[]): Buffer[] {
  const decoded = args.map((arg) => Buffer.from(arg));
  if (process.platform !== "linux" || !args.some((arg) => arg.includes("\ufffd"))) return decoded;
  const fields: Buffer[] = [];
  const all = readFileSync("/proc/self/cmdline");
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(0, at);
    fields.push(all.subarray(at, end));
    at = end + 1;
  }
  return fields.slice(-args.length);
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= inputBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, inputBytes);
}

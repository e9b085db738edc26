/**
 * `cellar mcp`: MCP on standard input and output, passed on to the running Cellar. With CELLAR_TOKEN in its environment it acts as the
 * launch that the token was given to, else as the person. It outlives main: while that is away every request is answered with an error,
 * and the next one after it is back finds it. Standard output carries MCP's messages only.
 */
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import { bearer, largestMessageBytes, mcpPath, mcpProtocol, problemOfClose, subprotocols } from "#shared/connection.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { exitCodes } from "./help.ts";
import { McpHandshake, type Message } from "./mcp-handshake.ts";
import { connectOrStart } from "./running.ts";

/** After the end of standard input, answers that are still out are waited for so long. */
const lastAnswersMs = 5_000;
/** JSON-RPC's codes: not JSON; not a message; and the first of those that a server may give a meaning. */
const parseError = -32_700;
const invalidRequest = -32_600;
const serverError = -32_000;

/** Prints where the endpoint is and the person's token, as one JSON line. */
export async function printEndpoint(): Promise<number> {
  return reported(async () => {
    const connection = await connectOrStart(cellarPaths());
    try {
      const { url, problem } = (await connection.call(["mcp", "endpoint"], {})) as {
        url: string | null;
        problem: string;
      };
      if (url === null) throw new Failure("unavailable", `the MCP endpoint could not be opened: ${problem}`);
      const { token } = (await connection.call(["mcp", "token"], {})) as { token: string };
      process.stdout.write(`${JSON.stringify({ url, token })}\n`);
      return 0;
    } catch (thrown) {
      throw connection.problemOf(thrown);
    } finally {
      connection.close();
    }
  });
}

/** Serves until standard input ends, or the token stops working. Resolves with the exit code. */
export function serveStdio(): Promise<number> {
  return reported(async () => {
    const paths = cellarPaths();
    (await connectOrStart(paths)).close();
    return new Bridge(paths, process.env["CELLAR_TOKEN"] || null).run();
  });
}

async function reported(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (thrown) {
    const problem = problemOf(thrown);
    process.stderr.write(`${JSON.stringify(problem)}\n`);
    return exitCodes[problem.code];
  }
}

class Bridge {
  readonly #paths: CellarPaths;
  readonly #token: string | null;
  readonly #handshake = new McpHandshake();
  /** Requests of the client that have no answer yet, with their methods. */
  readonly #open = new Map<string | number, string>();
  readonly #ended = Promise.withResolvers<number>();
  #socket: WebSocket | null = null;
  #opening: Promise<WebSocket | null> | null = null;
  #onIdle = () => {};

  constructor(paths: CellarPaths, token: string | null) {
    this.#paths = paths;
    this.#token = token;
  }

  async run(): Promise<number> {
    await this.#connected();
    const lines = createInterface({ input: process.stdin });
    // One after the other: a later message must not overtake one that waits for a connection.
    let turn = Promise.resolve();
    lines.on("line", (line) => {
      turn = turn.then(() => this.#line(line));
    });
    lines.once("close", () => void turn.then(() => this.#finish()));
    // Nobody reads any more.
    process.stdout.once("error", () => this.#ended.resolve(0));
    const code = await this.#ended.promise;
    lines.close();
    process.stdin.destroy();
    this.#socket?.terminate();
    return code;
  }

  async #line(line: string): Promise<void> {
    if (line.trim() === "") return;
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      return this.#answer(null, parseError, "this line is not JSON");
    }
    if (typeof message !== "object" || message === null || Array.isArray(message)) {
      return this.#answer(null, invalidRequest, "a message is one JSON object");
    }
    if (Buffer.byteLength(line) > largestMessageBytes) {
      return this.#answer(message.id ?? null, serverError, `a message has at most ${largestMessageBytes} bytes`);
    }
    const socket = await this.#connected();
    const { id, method } = message;
    const asks = method !== undefined && id !== undefined && id !== null;
    if (socket === null) {
      if (asks) this.#answer(id, serverError, "Cellar does not run; start it again");
      return;
    }
    this.#handshake.sent(message);
    if (asks) this.#open.set(id, method);
    socket.send(line);
  }

  /** Null when nobody listens. */
  #connected(): Promise<WebSocket | null> {
    if (this.#socket !== null) return Promise.resolve(this.#socket);
    this.#opening ??= this.#dial().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #dial(): Promise<WebSocket | null> {
    const socket = new WebSocket(`ws://localhost${mcpPath}`, subprotocols(mcpProtocol, null), {
      createConnection: () => createConnection(this.#paths.mainSocket),
      maxPayload: 4 * largestMessageBytes,
      handshakeTimeout: 5_000,
      perMessageDeflate: false,
      ...(this.#token !== null && { headers: { authorization: bearer(this.#token) } }),
    });
    const opened = await new Promise<boolean>((resolve) => {
      socket.once("open", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (!opened) return null;
    socket.on("error", () => socket.terminate());
    socket.on("message", (data) => this.#received(data.toString()));
    socket.once("close", (code, reason) => this.#lost(code, reason.toString()));
    for (const message of this.#handshake.again()) socket.send(JSON.stringify(message));
    this.#socket = socket;
    return socket;
  }

  #received(text: string): void {
    const message = JSON.parse(text) as Message;
    if (this.#handshake.isOurs(message)) return;
    if (message.method === undefined && message.id !== undefined && message.id !== null) this.#open.delete(message.id);
    process.stdout.write(`${text}\n`);
    this.#tellIdle();
  }

  #lost(closeCode: number, reason: string): void {
    this.#socket = null;
    const problem = problemOfClose(closeCode, reason);
    const said = problem?.message ?? "Cellar has ended in the middle of this call; whether it was done is not known";
    for (const id of this.#open.keys()) this.#answer(id, serverError, said);
    this.#open.clear();
    this.#tellIdle();
    if (problem === null) return;
    process.stderr.write(`${JSON.stringify(problem)}\n`);
    this.#ended.resolve(exitCodes[problem.code]);
  }

  #answer(id: string | number | null, code: number, message: string): void {
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } })}\n`);
  }

  #finish(): void {
    this.#onIdle = () => this.#ended.resolve(0);
    this.#tellIdle();
    setTimeout(this.#onIdle, lastAnswersMs).unref();
  }

  /** A subscription of the later revisions is a request that is never answered; it is not waited for. */
  #tellIdle(): void {
    if ([...this.#open.values()].every((method) => method === "subscriptions/listen")) this.#onIdle();
  }
}

/** git's smart HTTP on a bottle's socket: which repository, which service, and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { listenOnSocket } from "#node/listen-on-socket.ts";
import { Failure } from "#shared/failure.ts";
import { type Door, wordsForAgent } from "./door.ts";
import type { EventLog } from "./event-log.ts";
import { flush, line, NotProtocol } from "./pkt-line.ts";
import { type PushParts, receivePush } from "./push.ts";
import { webBase } from "./spellings.ts";
import { plain, Unreachable } from "./upstream-words.ts";

/** Requests at the same time; git makes one after the other. */
const mostAtOnce = 16;
/** What a client says it has and wants, unpacked. */
const wantsBytes = 32 * 1024 * 1024;

/** How long the end of a bottle, or of main, waits for upstream. */
const patienceMs = 10_000;

type Service = "git-upload-pack" | "git-receive-pack";

export class GateServer {
  readonly #doors: readonly Door[];
  readonly #parts: PushParts & { log: EventLog };
  readonly #server: Server;
  readonly #gone = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(doors: readonly Door[], parts: PushParts) {
    this.#doors = doors;
    this.#parts = parts;
    // A push takes as long as it takes, and may wait for a person.
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 20_000 }, (request, response) =>
      this.#take(request, response),
    );
  }

  /** The caller owns the bottle, so that a socket found there is a dead main's. */
  async listen(path: string): Promise<void> {
    try {
      await listenOnSocket(this.#server, path);
    } catch (error) {
      throw new Failure("unavailable", `the git gate cannot listen on ${path}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Ends what goes on, except what is on its way to upstream: that is waited for, but not for an upstream that does not answer. */
  async close(): Promise<void> {
    this.#gone.abort();
    this.#server.close();
    const { promise: patience, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    await Promise.race([Promise.allSettled(this.#running), patience]);
    clearTimeout(timer);
    this.#server.closeAllConnections();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#running.size >= mostAtOnce) {
      text(response, 503, "The git gate has too much to do; try again.");
      return;
    }
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    response.on("error", () => gone.abort());
    const work = this.#serve(request, response, AbortSignal.any([gone.signal, this.#gone.signal])).catch(
      (error: unknown) => {
        if (!gone.signal.aborted && !(error instanceof Failure)) this.#parts.failed(error, "a request to the git gate");
        if (!response.headersSent) text(response, 500, wordsForAgent(error));
        else response.destroy();
      },
    );
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #serve(request: IncomingMessage, response: ServerResponse, gone: AbortSignal): Promise<void> {
    const { pathname, searchParams, search } = new URL(request.url ?? "/", "http://gate.invalid");
    const found = this.#find(pathname);
    if (found === null) return text(response, 404, this.#unknown());
    const { door, rest } = found;
    const [, what] = /^\/*\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(rest) ?? [];
    if (what === undefined) {
      // Another repository, whose address only begins like this one's: it may be had through the gateway.
      if (!/^[^/].*\/info\/refs$/.test(rest)) return text(response, 404, this.#unknown());
      response.writeHead(302, { location: new URL(`${webBase(door.address)}${rest}${search}`).href }).end();
      return;
    }
    if (what === "info/refs") {
      const service = searchParams.get("service");
      if (request.method !== "GET") return text(response, 405, "Only GET here.");
      if (service === "git-upload-pack") return this.#advertiseFetch(door, request, response, gone);
      if (service === "git-receive-pack") return this.#advertisePush(door, response, gone);
      return text(response, 403, "The git gate speaks git's smart protocol only.");
    }
    if (request.method !== "POST") return text(response, 405, "Only POST here.");
    if (request.headers["content-type"] !== `application/x-${what}-request`)
      return text(response, 415, "Not a request of git.");
    if (what === "git-upload-pack") return this.#fetch(door, request, response, gone);
    await this.#push(door, request, response, gone);
  }

  #find(path: string): { door: Door; rest: string } | null {
    for (const door of this.#doors) {
      const start = `/${door.repository.name}.git`;
      if (path.startsWith(start)) return { door, rest: path.slice(start.length) };
    }
    return null;
  }

  #unknown(): string {
    const names = this.#doors.map(({ repository }) => `${repository.name} (${repository.upstream})`);
    return `The git gate of this bottle has no such repository. It has ${names.join(", ")}.`;
  }

  async #advertiseFetch(
    door: Door,
    request: IncomingMessage,
    response: ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    const protocol = protocolOf(request);
    if (!(await this.#refreshed(door, "git-upload-pack", response, gone))) return;
    head(response, "git-upload-pack", "advertisement");
    if (protocol !== "version=2") response.write(Buffer.concat([line("# service=git-upload-pack\n"), flush]));
    await this.#uploadPack(door, ["--advertise-refs"], { response, gone, protocol });
    response.end();
  }

  /** In the protocol's own words, so that git shows them as they are. */
  async #refreshed(door: Door, service: Service, response: ServerResponse, gone: AbortSignal): Promise<boolean> {
    const { log } = this.#parts;
    const { bottleId, workspaceId, repository } = door;
    const event =
      service === "git-upload-pack"
        ? log.add({ bottleId, workspaceId, repository: repository.name, kind: "fetch" })
        : null;
    try {
      const { ids } = await door.refresh(gone);
      log.tellInterrupted(bottleId, repository.name, ids);
      if (event !== null) log.conclude(event.id, { outcome: "passed", reason: "passed" });
      return true;
    } catch (error) {
      const outcome = { outcome: "failed", reason: gone.aborted ? "interrupted" : "unreachable" } as const;
      const said = error instanceof Unreachable ? ` It said: ${plain(error.said)}` : "";
      const detail = gone.aborted ? "The agent's git went away." : `${(error as Error).message}.${said}`;
      if (event !== null) log.conclude(event.id, { ...outcome, detail });
      else if (!gone.aborted) {
        const failed = log.add({ bottleId, workspaceId, repository: repository.name, kind: "push" });
        log.conclude(failed.id, { ...outcome, detail });
      }
      if (!(error instanceof Failure)) this.#parts.failed(error, "reaching an upstream of the git gate");
      if (gone.aborted) return false;
      head(response, service, "advertisement");
      const words = `git gate: ${wordsForAgent(error)}. Nothing was ${event === null ? "pushed" : "served: the mirror may be behind"}.`;
      response.end(Buffer.concat([line(`# service=${service}\n`), flush, line(`ERR ${words}\n`)]));
      return false;
    }
  }

  async #advertisePush(door: Door, response: ServerResponse, gone: AbortSignal): Promise<void> {
    if (!(await this.#refreshed(door, "git-receive-pack", response, gone))) return;
    const refs = [...door.mirror.refs.ids];
    const format = refs[0]?.[1].length === 64 ? "sha256" : "sha1";
    const capabilities = `report-status delete-refs side-band-64k quiet atomic ofs-delta object-format=${format} agent=cellar`;
    const lines = refs.map(([ref, id], index) => line(`${id} ${ref}${index === 0 ? `\0${capabilities}` : ""}\n`));
    if (lines.length === 0) lines.push(line(`${"0".repeat(40)} capabilities^{}\0${capabilities}\n`));
    head(response, "git-receive-pack", "advertisement");
    response.end(Buffer.concat([line("# service=git-receive-pack\n"), flush, ...lines, flush]));
  }

  async #fetch(door: Door, request: IncomingMessage, response: ServerResponse, gone: AbortSignal): Promise<void> {
    await door.fresh(gone);
    head(response, "git-upload-pack", "result");
    const input = bodyOf(request, wantsBytes);
    const protocol = protocolOf(request);
    await this.#uploadPack(door, [], { response, gone, protocol, input });
    response.end();
  }

  async #uploadPack(
    { mirror }: Door,
    flags: readonly string[],
    {
      response,
      gone,
      protocol,
      input,
    }: { response: ServerResponse; gone: AbortSignal; protocol: string; input?: Readable },
  ): Promise<void> {
    await mirror.run(["upload-pack", "--stateless-rpc", "--strict", ...flags, mirror.gitDir], {
      stdoutTo: response,
      signal: gone,
      timeoutMs: "none",
      ...(input === undefined ? {} : { input }),
      environment: protocol === "" ? {} : { GIT_PROTOCOL: protocol },
    });
  }

  async #push(door: Door, request: IncomingMessage, response: ServerResponse, gone: AbortSignal): Promise<void> {
    const body = bodyOf(request, this.#parts.limits.packBytes * 2);
    head(response, "git-receive-pack", "result");
    try {
      await receivePush(this.#parts, door, { body: body as AsyncIterable<Buffer>, to: response, gone });
    } catch (error) {
      if (!(error instanceof NotProtocol)) throw error;
      response.end(line(`ERR git gate: ${error.message}\n`));
    }
    // What was not read is not the beginning of another request.
    if (!request.complete) response.destroy();
  }
}

/** Unpacked where it is packed, and ended where it is longer than anybody needs. */
function bodyOf(request: IncomingMessage, most: number): Readable {
  let left = most;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new NotProtocol("the request is too large"));
      else done(null, chunk);
    },
  });
  const encoding = request.headers["content-encoding"];
  const packed = encoding === "gzip" || encoding === "x-gzip";
  const source: Readable = packed ? request.pipe(createGunzip()) : request;
  request.once("error", (error) => limit.destroy(error));
  request.once("close", () => {
    if (!request.complete) limit.destroy(new NotProtocol("the request was cut off"));
  });
  source.once("error", () => limit.destroy(new NotProtocol("the request cannot be unpacked")));
  limit.on("error", () => {});
  return source.pipe(limit);
}

function protocolOf(request: IncomingMessage): string {
  const said = request.headers["git-protocol"];
  return typeof said === "string" && /^version=[012]$/.test(said) ? said : "";
}

function head(response: ServerResponse, service: Service, what: "advertisement" | "result"): void {
  response.writeHead(200, {
    "content-type": `application/x-${service}-${what}`,
    "cache-control": "no-cache, max-age=0",
  });
}

/** git shows plain text of a refusal. */
function text(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${words}\n`);
}

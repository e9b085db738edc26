/**
 * An OpenSandbox server: its lifecycle API, and of what is in a sandbox its execd (PTY sessions, files) and its egress policy, through the server's proxy, as
 * the specs of opensandbox-group/OpenSandbox say them. Sandboxes are namespaces in which programs really run. It refuses what the real one
 * refuses: unknown fields, a wrong key, a second client of a session; and it starts a session's command anew for whoever connects after its end.
 */
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type GuestCommand, inGuest, runInGuest, startGuest } from "./guest.ts";
import { agentFrame } from "./guest-agent.ts";

type Sandbox = {
  id: string;
  folder: string;
  state: string;
  message: string;
  guest: ChildProcess;
  request: { image: { uri: string }; metadata?: Record<string, string>; entrypoint: string[]; networkPolicy?: unknown };
  createdAt: string;
  tokens: { execd: string; egress: string };
  sessions: Map<string, PtySession>;
};

type PtySession = {
  command: string;
  running: GuestCommand | null;
  replay: Buffer;
  client: WebSocket | null;
  launched: number;
};

const sandboxFields = [
  "image",
  "snapshotId",
  "platform",
  "timeout",
  "resourceLimits",
  "resourceRequests",
  "env",
  "metadata",
  "lifecycle",
  "entrypoint",
  "networkPolicy",
  "credentialProxy",
  "secureAccess",
  "volumes",
  "extensions",
];
const label = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const longestReplay = 1024 * 1024;

class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class OpenSandboxDouble implements AsyncDisposable {
  readonly key: string;
  readonly sandboxes = new Map<string, Sandbox>();
  /** All that was asked, as `METHOD path`. */
  readonly asked: string[] = [];
  enforcementMode = "dns+nft";
  /** The policy is accepted and not put in force. */
  ignoresPolicy = false;
  readonly #state: string;
  readonly #sockets = new WebSocketServer({ noServer: true });
  #server: Server | null = null;
  #port = 0;

  constructor(state: string, key = "the key of the server") {
    this.#state = state;
    this.key = key;
    mkdirSync(state, { recursive: true });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server = server;
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Of each sandbox that runs, as this computer sees it. */
  roots(): string[] {
    return [...this.sandboxes.values()].flatMap(({ guest: { pid } }) => {
      try {
        const [inside] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
        return inside ? [`/proc/${inside}/root`] : [];
      } catch {
        return [];
      }
    });
  }

  /** The server goes away; its sandboxes go on. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    this.dropConnections();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  /** As a network that fails for a moment. */
  dropConnections(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const { guest } of this.sandboxes.values()) {
      if (guest.exitCode !== null || guest.signalCode !== null) continue;
      const exited = once(guest, "exit");
      guest.kill("SIGKILL");
      await exited;
    }
    rmSync(this.#state, { recursive: true, force: true });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      const { status = 500, code = "INTERNAL_ERROR", message } = error as Refused;
      answer(response, status, { code, message });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    this.asked.push(`${request.method} ${url.pathname}`);
    const [, path] = /^\/v1(\/.*)$/.exec(url.pathname) ?? [];
    if (path === undefined) throw new Refused(404, "NOT_FOUND", "Not Found");
    const [, id, port, inside] = /^\/sandboxes\/([^/]+)\/proxy\/(\d+)(\/.*)?$/.exec(path) ?? [];
    if (id !== undefined) return this.#inside(this.#sandbox(id), Number(port), inside ?? "/", url, request, response);
    const given = request.headers["open-sandbox-api-key"];
    if (given === undefined) throw new Refused(401, "MISSING_API_KEY", "Authentication credentials are missing.");
    if (given !== this.key) throw new Refused(401, "INVALID_API_KEY", "Authentication credentials are invalid.");
    const how = `${request.method} ${path.replace(/^\/sandboxes\/[^/]+/, "/sandboxes/*")}`;
    const wanted = /^\/sandboxes\/([^/]+)/.exec(path)?.[1] ?? "";
    if (how === "GET /sandboxes") return this.#list(url, response);
    if (how === "POST /sandboxes") return this.#create(await json(request), response);
    if (how === "GET /sandboxes/*") return answer(response, 200, view(this.#sandbox(wanted)));
    if (how === "DELETE /sandboxes/*") {
      const sandbox = this.#sandbox(wanted);
      sandbox.state = "Stopping";
      sandbox.guest.once("exit", () => {
        rmSync(sandbox.folder, { recursive: true, force: true });
        this.sandboxes.delete(sandbox.id);
      });
      sandbox.guest.kill("SIGKILL");
      return answer(response, 204, null);
    }
    const [, of] = /^GET \/sandboxes\/\*\/endpoints\/(\d+)$/.exec(how) ?? [];
    if (of === undefined) throw new Refused(404, "NOT_FOUND", "Not Found");
    const { tokens } = this.#sandbox(wanted);
    const headers: Record<string, string> =
      of === "18080" ? { "OPENSANDBOX-EGRESS-AUTH": tokens.egress } : { "X-EXECD-ACCESS-TOKEN": tokens.execd };
    // As a server behind something else says it: not where it was asked.
    answer(response, 200, { endpoint: `sandboxes.invalid/v1/sandboxes/${wanted}/proxy/${of}`, headers });
  }

  #sandbox(id: string): Sandbox {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined) throw new Refused(404, "NOT_FOUND", `Sandbox ${id} not found`);
    return sandbox;
  }

  #list(url: URL, response: ServerResponse): void {
    const wanted = [...new URLSearchParams(url.searchParams.get("metadata") ?? "")];
    const [page, pageSize] = [
      Number(url.searchParams.get("page") ?? 1),
      Number(url.searchParams.get("pageSize") ?? 20),
    ];
    const found = [...this.sandboxes.values()].filter(({ request }) =>
      wanted.every(([name, value]) => request.metadata?.[name] === value),
    );
    const totalPages = Math.ceil(found.length / pageSize);
    answer(response, 200, {
      items: found.slice((page - 1) * pageSize, page * pageSize).map(view),
      pagination: { page, pageSize, totalItems: found.length, totalPages, hasNextPage: page < totalPages },
    });
  }

  #create(body: Record<string, unknown>, response: ServerResponse): void {
    const invalid = (message: string): never => {
      throw new Refused(400, "INVALID_REQUEST", message);
    };
    const unknown = Object.keys(body).filter((key) => !sandboxFields.includes(key));
    if (unknown.length > 0) invalid(`unknown field: ${unknown}`);
    const request = body as Sandbox["request"] & { resourceLimits?: unknown; timeout?: number | null };
    if (typeof request.image?.uri !== "string") invalid("exactly one of image and snapshotId is required");
    if (!Array.isArray(request.entrypoint) || request.entrypoint.length === 0) invalid("entrypoint is required");
    if (typeof request.resourceLimits !== "object") invalid("resourceLimits is required");
    if (request.timeout != null && request.timeout < 60) invalid("timeout is too short");
    for (const [name, value] of Object.entries(request.metadata ?? {})) {
      if (!label.test(name) || !label.test(value)) invalid(`metadata ${name}=${value} is no label`);
    }
    const policy = (request.networkPolicy ?? {}) as Record<string, unknown>;
    if (Object.keys(policy).some((key) => !["defaultAction", "egress"].includes(key)))
      invalid("unknown field in networkPolicy");
    const id = `sbx-${randomBytes(6).toString("hex")}`;
    const folder = join(this.#state, id);
    mkdirSync(folder);
    const sandbox: Sandbox = {
      id,
      folder,
      state: "Pending",
      message: "",
      guest: startGuest({ folder, binds: [] }),
      request,
      createdAt: new Date().toISOString(),
      tokens: { execd: randomBytes(8).toString("hex"), egress: randomBytes(8).toString("hex") },
      sessions: new Map(),
    };
    this.sandboxes.set(id, sandbox);
    if (request.image.uri.startsWith("missing"))
      Object.assign(sandbox, { state: "Failed", message: `no such image: ${request.image.uri}` });
    const look = setInterval(() => {
      if (sandbox.state !== "Pending") clearInterval(look);
      else if (existsSync(join(folder, "agent", "agent.sock"))) sandbox.state = "Running";
      else if (sandbox.guest.exitCode !== null) sandbox.state = "Failed";
    }, 10);
    const { image: _, ...shown } = view(sandbox);
    answer(response, 202, shown);
  }

  async #inside(
    sandbox: Sandbox,
    port: number,
    path: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    if (port === 18080) {
      if (request.headers["opensandbox-egress-auth"] !== sandbox.tokens.egress)
        throw new Refused(401, "", "unauthorized");
      if (path !== "/policy" || request.method !== "GET") throw new Refused(404, "NOT_FOUND", "404 page not found");
      const policy = this.ignoresPolicy ? { defaultAction: "allow", egress: [] } : sandbox.request.networkPolicy;
      return answer(response, 200, { status: "ok", mode: "deny_all", enforcementMode: this.enforcementMode, policy });
    }
    if (port !== 44772) throw new Refused(502, "BACKEND_CONNECTION_FAILED", "Could not connect to the backend sandbox");
    if (sandbox.state !== "Running")
      throw new Refused(502, "BACKEND_CONNECTION_FAILED", "Could not connect to the backend sandbox");
    if (request.headers["x-execd-access-token"] !== sandbox.tokens.execd) {
      return answer(response, 401, { error: "Unauthorized: invalid or missing header X-EXECD-ACCESS-TOKEN" });
    }
    const how = `${request.method} ${path}`;
    if (how === "GET /ping") return answer(response, 200, null);
    if (how === "POST /pty") {
      const { command = "" } = (await json(request)) as { command?: string };
      const id = randomBytes(16).toString("hex");
      sandbox.sessions.set(id, { command, running: null, replay: Buffer.alloc(0), client: null, launched: 0 });
      return answer(response, 201, { session_id: id });
    }
    if (how === "POST /files/upload") return this.#upload(sandbox, request, response);
    if (how === "GET /files/download") {
      const { code, stdout, stderr } = await runInGuest(sandbox.folder, [
        "cat",
        "--",
        url.searchParams.get("path") ?? "",
      ]);
      if (code !== 0) throw new Refused(404, "FILE_NOT_FOUND", stderr);
      response.writeHead(200, { "content-type": "application/octet-stream", "content-length": stdout.length });
      response.end(stdout);
      return undefined;
    }
    const [, id] = /^\/pty\/([^/]+)$/.exec(path) ?? [];
    const session = sandbox.sessions.get(id ?? "");
    if (session === undefined) throw new Refused(404, "CONTEXT_NOT_FOUND", `pty session ${id} not found`);
    if (request.method === "DELETE") {
      session.running?.send(agentFrame.signal, "SIGKILL");
      sandbox.sessions.delete(id!);
      return answer(response, 200, null);
    }
    return answer(response, 200, {
      session_id: id,
      running: session.running !== null,
      output_offset: session.replay.length,
    });
  }

  async #upload(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const type = { "content-type": request.headers["content-type"] ?? "" };
    const form = await new Response(Buffer.concat(chunks), { headers: type }).formData();
    const [metadata, contents] = [form.getAll("metadata"), form.getAll("file")];
    const isFile = (part: unknown): part is File => part instanceof File;
    if (!metadata.every(isFile) || metadata.length === 0)
      throw new Refused(400, "INVALID_FILE_METADATA", "metadata file is missing");
    if (!contents.every(isFile) || metadata.length !== contents.length)
      throw new Refused(400, "INVALID_FILE", "metadata and file count mismatch");
    for (const [index, part] of metadata.entries()) {
      const { path, mode } = JSON.parse(await part.text()) as { path: string; mode: number };
      const script = 'mkdir -p "$1" && cat >"$2" && chmod "$3" "$2"';
      const argv = ["/bin/sh", "-c", script, "upload", dirname(path), path, String(mode)];
      let code = -1;
      const { socket, send } = await inGuest(sandbox.folder, { argv, tty: null }, (kind, payload) => {
        if (kind === agentFrame.exit) code = Number(payload.toString());
      });
      send(agentFrame.stdin, Buffer.from(await contents[index]!.arrayBuffer()));
      send(agentFrame.end);
      await once(socket, "close");
      if (code !== 0) throw new Refused(500, "RUNTIME_ERROR", `error writing ${path}`);
    }
    answer(response, 200, null);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? "/", this.url);
    this.asked.push(`WS ${url.pathname}`);
    const [, id, sid] = /^\/v1\/sandboxes\/([^/]+)\/proxy\/44772\/pty\/([^/]+)\/ws$/.exec(url.pathname) ?? [];
    const sandbox = this.sandboxes.get(id ?? "");
    const session = sandbox?.sessions.get(sid ?? "");
    const refuse = (status: string) =>
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    if (sandbox === undefined || session === undefined) return void refuse("404 Not Found");
    if (request.headers["x-execd-access-token"] !== sandbox.tokens.execd) return void refuse("401 Unauthorized");
    if (session.client !== null && url.searchParams.get("takeover") !== "1") return void refuse("409 Conflict");
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      session.client?.close(4001, "TAKEN_OVER");
      session.client = client;
      void this.#attach(sandbox, session, client, url.searchParams);
    });
  }

  async #attach(sandbox: Sandbox, session: PtySession, client: WebSocket, query: URLSearchParams): Promise<void> {
    const waiting: [Buffer, boolean][] = [];
    let take = (data: Buffer, isBinary: boolean) => void waiting.push([data, isBinary]);
    client.on("message", (data, isBinary) => take(data as Buffer, isBinary));
    client.on("close", () => {
      if (session.client === client) session.client = null;
    });
    const since = Number(query.get("since") ?? 0);
    const missed = session.replay.subarray(since);
    if (missed.length > 0) {
      const head = Buffer.alloc(9);
      head.writeUInt8(3, 0);
      head.writeBigInt64BE(BigInt(since), 1);
      client.send(Buffer.concat([head, missed]));
    }
    const pipe = query.get("pty") === "0";
    client.send(JSON.stringify({ type: "connected", session_id: "", mode: pipe ? "pipe" : "pty" }));
    if (session.running === null) {
      session.launched++;
      let code = 0;
      const output = (type: number, payload: Buffer) => {
        if (session.replay.length + payload.length > longestReplay) throw new Error("more than the double keeps");
        session.replay = Buffer.concat([session.replay, payload]);
        session.client?.send(Buffer.concat([Buffer.from([type]), payload]));
      };
      const argv = ["/bin/bash", "-c", session.command];
      const running = await inGuest(
        sandbox.folder,
        { argv, tty: pipe ? null : { cols: 80, rows: 24 } },
        (kind, payload) => {
          if (kind === agentFrame.stdout) pipe ? this.#pump(session, running, payload) : output(1, payload);
          else if (kind === agentFrame.stderr) session.client?.send(Buffer.concat([Buffer.from([2]), payload]));
          else if (kind === agentFrame.exit) code = Number(payload.toString());
        },
      );
      session.running = running;
      running.socket.once("close", () => {
        session.running = null;
        session.client?.send(JSON.stringify({ type: "exit", exit_code: code }));
        session.client?.close(1000, "process exited");
      });
    }
    take = (data, isBinary) => {
      if (isBinary && data[0] === 0) {
        if (session.running?.send(agentFrame.stdin, data.subarray(1)) === false) {
          client.pause();
          session.running.socket.once("drain", () => client.resume());
        }
        return;
      }
      if (isBinary) return;
      const frame = JSON.parse(data.toString()) as { type: string; cols?: number; rows?: number };
      if (frame.type === "ping") client.send(JSON.stringify({ type: "pong" }));
      else if (frame.type === "resize") {
        const size = Buffer.alloc(4);
        size.writeUInt16BE(frame.cols ?? 80, 0);
        size.writeUInt16BE(frame.rows ?? 24, 2);
        session.running?.send(agentFrame.resize, size);
      } else
        client.send(
          JSON.stringify({ type: "error", code: "INVALID_FRAME", error: `unknown frame type "${frame.type}"` }),
        );
    };
    for (const [data, isBinary] of waiting) take(data, isBinary);
  }

  /** A slow client stops the process. What nobody takes is lost here, as it is there when the replay is full. */
  #pump(session: PtySession, running: GuestCommand, payload: Buffer): void {
    const client = session.client;
    if (client === null) return;
    if (client.bufferedAmount > 1024 * 1024) running.socket.pause();
    client.send(Buffer.concat([Buffer.from([1]), payload]), () => {
      if (client.bufferedAmount < 256 * 1024) running.socket.resume();
    });
  }
}

function view({ id, state, message, request, createdAt }: Sandbox) {
  const { image, metadata = {}, entrypoint } = request;
  return { id, image, status: { state, ...(message && { message }) }, metadata, entrypoint, createdAt };
}

function answer(response: ServerResponse, status: number, body: object | null): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === null ? undefined : JSON.stringify(body));
}

async function json(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
  } catch {
    throw new Refused(400, "INVALID_REQUEST_BODY", "error parsing request");
  }
}

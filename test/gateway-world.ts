/**
 * A bottle's view of the world, for tests: a real gateway on a real socket, upstreams on loopback under names of their own, a certificate authority
 * that only these trust, and the way in that a bottle's forwarder gives.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { join } from "node:path";
import { Dialer } from "#main/egress/index.ts";
import { type GatewayOptions, Gateways, type HostAsked } from "#main/gateway/index.ts";
import { trustFileNames } from "#main/gateway/trust-files.ts";
import { openCellarStore } from "#main/store/index.ts";
import { cellarPaths } from "#node/paths.ts";
import type { Store } from "#node/store/index.ts";
import {
  type GatewayCredential,
  type GatewayDecision,
  type GatewayRuleInput,
  gatewayRuleFields,
} from "#shared/contract/gateway.ts";
import { eventually } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

export const bottleId = "bottle-000000000001";
export const workspaceId = "ws-00000001";

/** A rule of the bottle's own, which may have a credential. */
export type WrittenRule = GatewayRuleInput & { credential?: GatewayCredential };

export type Ran = { code: number | null; out: string; err: string };

/** Everything closed at the end, last first. */
export class World implements AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly asked: HostAsked[] = [];
  holdSeconds = 0;
  /** Names and the addresses they have; asked for on each connection, so that a test can change its mind. */
  readonly names = new Map<string, string | (() => string)>();
  readonly lookups: string[] = [];
  gateways!: Gateways;
  /** Of the forwarder inside the bottle. */
  port = 0;
  #store!: Store;
  readonly #closing: (() => unknown)[] = [];
  #ca: { cert: string; key: string } | null = null;

  constructor(folder = new TemporaryFolder("gateway")) {
    this.folder = folder;
  }

  /** With a gateway for one bottle. */
  static async open(rules: WrittenRule[], more: Partial<GatewayOptions> = {}): Promise<World> {
    const world = new World();
    world.start();
    await world.openBottle(rules, more);
    world.port = await world.forwarder(world.socket);
    return world;
  }

  get socket(): string {
    return this.folder.in("gw.sock");
  }

  get paths() {
    return cellarPaths({ ...process.env, CELLAR_HOME: this.folder.in("home"), XDG_RUNTIME_DIR: this.folder.path });
  }

  /** As main does when it starts. */
  start(): void {
    this.#store = openCellarStore(this.paths);
    const dialer = new Dialer({
      resolve: async (name) => {
        this.lookups.push(name);
        const address = this.names.get(name);
        if (address === undefined) throw Object.assign(new Error(`no ${name}`), { code: "ENOTFOUND" });
        return [typeof address === "string" ? address : address()];
      },
      ca: [this.ca.cert],
    });
    this.gateways = new Gateways({ database: this.#store.database, dialer, holdSeconds: () => this.holdSeconds });
    this.gateways.onAsked((asked) => this.asked.push(asked));
  }

  /** As main does when it ends. */
  stop(): void {
    this.gateways.stop();
    this.#store.close();
  }

  get database() {
    return this.#store.database;
  }

  async openBottle(rules: WrittenRule[], more: Partial<GatewayOptions> = {}) {
    const opened = await this.gateways.open({
      bottleId,
      workspaceId,
      folder: this.folder.in("bottle"),
      trustFolder: this.trustFolder,
      listen: { type: "unix", path: this.socket, dnsPath: this.folder.in("dns.sock") },
      base: rules.map(({ credential = null, ...rule }) => ({ ...gatewayRuleFields.parse(rule), credential })),
      ...more,
    });
    await this.gateways.trusted(bottleId);
    return opened;
  }

  /** What a person allows: by default a port of this computer. */
  allow(host: string, port: number, more: Partial<GatewayRuleInput> = {}) {
    const fields = gatewayRuleFields.parse({ host, ports: [port], privateAddresses: true, ...more });
    return this.gateways.addRule(fields, { type: "always" });
  }

  get trustFolder(): string {
    return this.folder.in("trust");
  }

  get trustBundle(): string {
    return join(this.trustFolder, trustFileNames.bundle);
  }

  decisions(): GatewayDecision[] {
    return this.gateways.decisions.values();
  }

  /** The first decision of which it holds, once there is one. */
  async decision(wanted: (decision: GatewayDecision) => boolean): Promise<GatewayDecision> {
    const found = await eventually(
      async () => this.decisions().find(wanted),
      (decision) => decision !== undefined,
    );
    return found!;
  }

  /** What a bottle's init does: a loopback port that leads to the gateway's socket. */
  async forwarder(path: string): Promise<number> {
    return this.listen(
      createTcpServer({ allowHalfOpen: true }, (inside) => {
        const outside = connect({ path, allowHalfOpen: true });
        for (const socket of [inside, outside])
          socket.on("error", () => [inside, outside].map((each) => each.destroy()));
        inside.pipe(outside).pipe(inside);
        outside.once("close", () => inside.destroySoon());
        inside.once("close", () => outside.destroySoon());
      }),
    );
  }

  async http(handler: RequestListener): Promise<{ port: number; server: Server }> {
    const server = createHttpServer(handler);
    return { port: await this.listen(server), server };
  }

  /** Under a certificate for `name` by the authority that the gateway trusts. */
  async https(
    name: string,
    handler: RequestListener,
  ): Promise<{ port: number; server: ReturnType<typeof createHttpsServer> }> {
    const server = createHttpsServer(this.certificateFor(name), handler);
    this.names.set(name, "127.0.0.1");
    return { port: await this.listen(server), server };
  }

  async tcp(handler: (socket: Socket) => void): Promise<number> {
    return this.listen(createTcpServer({ allowHalfOpen: true }, (socket) => handler(socket.on("error", () => {}))));
  }

  async listen(server: TcpServer): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#closing.push(() => {
      server.close();
      if ("closeAllConnections" in server) (server as unknown as Server).closeAllConnections();
    });
    return (server.address() as AddressInfo).port;
  }

  get ca(): { cert: string; key: string } {
    if (this.#ca !== null) return this.#ca;
    const key = this.folder.in("ca.key");
    const cert = this.folder.in("ca.pem");
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    execFileSync("openssl", [...args, "-subj", "/CN=Test CA", "-keyout", key, "-out", cert], { stdio: "ignore" });
    this.#ca = { cert: readFileSync(cert, "utf8"), key };
    return this.#ca;
  }

  certificateFor(name: string): { cert: string; key: string } {
    const { ca } = this;
    const at = (suffix: string) => this.folder.in(`${name}.${suffix}`);
    const run = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
    run(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      "/O=t",
      "-keyout",
      at("key"),
      "-out",
      at("csr"),
    );
    writeFileSync(at("ext"), `subjectAltName=DNS:${name}\n`);
    run(
      "x509",
      "-req",
      "-in",
      at("csr"),
      "-CA",
      this.folder.in("ca.pem"),
      "-CAkey",
      ca.key,
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      at("ext"),
      "-out",
      at("pem"),
    );
    return { cert: readFileSync(at("pem"), "utf8"), key: readFileSync(at("key"), "utf8") };
  }

  /** A program in the bottle: with the proxy's variables, and what it is to trust. */
  run(program: string, args: string[], environment: NodeJS.ProcessEnv = {}, input?: string): Promise<Ran> {
    const proxy = `http://127.0.0.1:${this.port}`;
    mkdirSync(this.folder.in("inside"), { recursive: true });
    const child = spawn(program, args, {
      cwd: this.folder.in("inside"),
      env: {
        PATH: process.env["PATH"],
        HOME: this.folder.in("inside"),
        http_proxy: proxy,
        https_proxy: proxy,
        HTTP_PROXY: proxy,
        HTTPS_PROXY: proxy,
        SSL_CERT_FILE: this.folder.in("ca.pem"),
        ...environment,
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#closing.push(() => child.kill("SIGKILL"));
    child.stdin.end(input);
    return new Promise((resolve) => {
      const ran: Ran = { code: null, out: "", err: "" };
      child.stdout.on("data", (chunk) => (ran.out += chunk));
      child.stderr.on("data", (chunk) => (ran.err += chunk));
      child.on("close", (code) => resolve({ ...ran, code }));
    });
  }

  /** Bytes on a connection of their own to the proxy, and everything that comes back until it ends. */
  async raw(text: string | Uint8Array): Promise<string> {
    const socket = connect({ path: this.socket, allowHalfOpen: true });
    this.#closing.push(() => socket.destroy());
    socket.write(text);
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    await new Promise((resolve) =>
      socket
        .once("close", resolve)
        .once("end", () => socket.end())
        .on("error", () => {}),
    );
    return answer;
  }

  /** A tunnel, once it is established; throws the answer when it is not. */
  async tunnel(target: string, headers = ""): Promise<Socket> {
    const socket = connect({ path: this.socket, allowHalfOpen: true });
    this.#closing.push(() => socket.destroy());
    socket.on("error", () => {});
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${headers}\r\n`);
    let answer = "";
    while (!answer.includes("\r\n\r\n")) {
      const [chunk] = (await Promise.race([once(socket, "data"), once(socket, "close").then(() => [null])])) as [
        Buffer | null,
      ];
      if (chunk === null) throw new Error(answer);
      answer += chunk.toString("latin1");
    }
    socket.pause();
    // A server may speak first.
    const rest = answer.slice(answer.indexOf("\r\n\r\n") + 4);
    if (rest !== "") socket.unshift(Buffer.from(rest, "latin1"));
    if (!answer.startsWith("HTTP/1.1 200")) throw new Error(answer + (await text(socket)));
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    for (let close = this.#closing.pop(); close !== undefined; close = this.#closing.pop()) await close();
    this.folder[Symbol.dispose]();
  }
}

/** Everything that comes until the other side has ended. */
export async function text(socket: Socket): Promise<string> {
  let all = "";
  socket.on("data", (chunk) => (all += chunk.toString("latin1")));
  socket.resume();
  await Promise.race([once(socket, "end"), once(socket, "close")]);
  return all;
}

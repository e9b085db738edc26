/** A bottle's view of its git gate, for tests: the gate of main on a real socket, a real sshd as upstream, and git as it runs inside. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import type { GitPushRules } from "#main/bottles/index.ts";
import { gitSettingsEnvironment } from "#main/bottles/index.ts";
import { GitGates, type GitGatesParts } from "#main/git-gate/index.ts";
import { gateSettings, readUpstream } from "#main/git-gate/spellings.ts";
import { openCellarStore } from "#main/store/index.ts";
import { Git } from "#node/git/index.ts";
import { cellarPaths } from "#node/paths.ts";
import { Secret } from "#node/secret.ts";
import type { Store } from "#node/store/index.ts";
import { Subprocesses } from "#node/subprocess.ts";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import { eventually } from "#test/product/processes.ts";
import { SshHost } from "#test/product/ssh-host.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

export const bottleId = "bottle-000000000001";

export type Ran = { code: number | null; out: string; err: string };

type Repository = {
  name: string;
  path: string;
  push?: Partial<GitPushRules>;
  hostKey?: string | null;
  identityFile?: string | null;
  upstream?: string;
};

export class GitGateWorld implements AsyncDisposable {
  readonly folder = new TemporaryFolder("gitgate");
  readonly host: SshHost;
  readonly asked: GitGateEvent[] = [];
  readonly failures: unknown[] = [];
  secrets: string[] | null = [];
  holdSeconds = 60;
  /** Beyond PATH and HOME. */
  person: Record<string, string> = {};
  gates!: GitGates;
  #port = 0;
  #store!: Store;
  #subprocesses!: Subprocesses;
  readonly #forwarders: Server[] = [];
  /** Folders that are in another bottle than the first, with the port of its git gate. */
  readonly #elsewhere = new Map<string, number>();
  #repositories: Repository[] = [];

  constructor() {
    mkdirSync(this.folder.in("host"));
    this.host = new SshHost(this.folder.in("host"));
  }

  static async open(
    repositories: (host: SshHost) => Repository[],
    more: Partial<GitGatesParts> = {},
  ): Promise<GitGateWorld> {
    const world = new GitGateWorld();
    await world.host.start();
    world.#repositories = repositories(world.host);
    world.start(more);
    await world.openBottle();
    world.#port = await world.#forward(world.socket);
    return world;
  }

  /** As main does when it starts. */
  start(more: Partial<GitGatesParts> = {}): void {
    const environment = async () => ({
      PATH: process.env["PATH"] ?? "",
      HOME: this.folder.in("person"),
      ...this.person,
    });
    this.#store = openCellarStore(
      cellarPaths({ ...process.env, CELLAR_HOME: this.folder.in("home"), XDG_RUNTIME_DIR: this.folder.path }),
    );
    this.#subprocesses = new Subprocesses();
    this.gates = new GitGates({
      database: this.#store.database,
      git: new Git(this.#subprocesses, environment),
      folder: this.folder.in("home", "git-mirrors"),
      runtime: this.folder.path,
      personHome: this.folder.in("person"),
      loginEnvironment: environment,
      gitCredential: async () => null,
      knownSecrets: () => this.secrets?.map((value) => new Secret(value)) ?? null,
      holdSeconds: () => this.holdSeconds,
      failed: (error) => this.failures.push(error),
      ...more,
    });
    this.gates.onAsked((event) => this.asked.push(event));
  }

  async stop(): Promise<void> {
    await this.gates.stop();
    await this.#subprocesses.close();
    this.#store.close();
  }

  openBottle(id = bottleId, socket = this.socket): Promise<void> {
    return this.gates.open({ bottleId: id, workspaceId: "ws-00000001", repositories: this.reach(), socket });
  }

  reach() {
    return this.#repositories.map(({ name, path, push, hostKey, identityFile, upstream }) => ({
      name,
      upstream: upstream ?? this.host.url(path),
      identityFile: identityFile === undefined ? this.host.identityFile : identityFile,
      knownHostKey: hostKey === undefined ? this.host.hostKey : hostKey,
      push: { branches: ["agent/**"], tags: [], force: false, delete: false, approve: false, ...push },
    }));
  }

  /** Of the first repository, from the next opening on. */
  setUpstream(upstream: string): void {
    this.#repositories = this.#repositories.map((each, index) => (index === 0 ? { ...each, upstream } : each));
  }

  get socket(): string {
    return this.folder.in("git.sock");
  }

  get port(): number {
    return this.#port;
  }

  events(): GitGateEvent[] {
    return this.gates.events.values();
  }

  pushes(): GitGateEvent[] {
    return this.events().filter(({ kind }) => kind === "push");
  }

  async event(wanted: (event: GitGateEvent) => boolean): Promise<GitGateEvent> {
    const found = await eventually(
      async () => this.events().find(wanted),
      (event) => event !== undefined,
    );
    return found!;
  }

  /** A folder as it is in a bottle, with the upstream's own address as its remote. */
  async clone(name: string, url?: string): Promise<string> {
    const [repository] = this.#repositories;
    const to = this.folder.in("inside", name);
    mkdirSync(dirname(to), { recursive: true });
    const ran = await this.inside(
      this.folder.path,
      "clone",
      "-q",
      url ?? repository!.upstream ?? this.host.url(repository!.path),
      to,
    );
    if (ran.code !== 0) throw new Error(ran.err);
    return to;
  }

  /** The folder is in the bottle whose git gate is at `socket`. */
  async move(directory: string, socket: string): Promise<void> {
    this.#elsewhere.set(directory, await this.#forward(socket));
  }

  /** git, with what a bottle gives it and nothing of the person's. */
  inside(directory: string, ...args: string[]): Promise<Ran> {
    const child = this.insideChild(directory, ...args);
    return new Promise((resolve) => {
      const ran: Ran = { code: null, out: "", err: "" };
      child.stdout.on("data", (chunk) => (ran.out += chunk));
      child.stderr.on("data", (chunk) => (ran.err += chunk));
      child.on("close", (code) => resolve({ ...ran, code }));
    });
  }

  insideChild(directory: string, ...args: string[]) {
    const child = spawn("git", args, {
      cwd: directory,
      env: this.#environmentAt(this.#elsewhere.get(directory) ?? this.#port),
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own, so that a test can end it as Ctrl-C does.
      detached: true,
    });
    child.stdin.end();
    return child;
  }

  get environment(): Record<string, string> {
    return this.#environmentAt(this.#port);
  }

  #environmentAt(port: number): Record<string, string> {
    const settings = gateSettings(
      this.reach().map(({ name, upstream }) => ({ name, address: readUpstream(upstream)! })),
      `http://127.0.0.1:${port}`,
    );
    const who = ["AUTHOR", "COMMITTER"].flatMap((each) => [
      [`GIT_${each}_NAME`, "Agent"],
      [`GIT_${each}_EMAIL`, "agent@example.com"],
    ]);
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: "/nonexistent",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      ...Object.fromEntries(who),
      ...gitSettingsEnvironment(settings),
    };
  }

  /** Writes files and commits them, on the branch that is checked out. */
  async commit(directory: string, files: Record<string, string | Uint8Array>, message = "work"): Promise<string> {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), content);
    }
    for (const args of [
      ["add", "-A"],
      ["commit", "-qm", message, "--allow-empty"],
    ]) {
      const ran = await this.inside(directory, ...args);
      if (ran.code !== 0) throw new Error(ran.err);
    }
    return (await this.inside(directory, "rev-parse", "HEAD")).out.trim();
  }

  async #forward(socket: string): Promise<number> {
    const forwarder = createServer({ allowHalfOpen: true }, (inside) => {
      const outside = connect({ path: socket, allowHalfOpen: true });
      for (const socket of [inside, outside]) socket.on("error", () => [inside, outside].map((each) => each.destroy()));
      inside.pipe(outside).pipe(inside);
      outside.once("close", () => inside.destroySoon());
      inside.once("close", () => outside.destroySoon());
    }).listen(0, "127.0.0.1");
    await once(forwarder, "listening");
    this.#forwarders.push(forwarder);
    return (forwarder.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const forwarder of this.#forwarders) forwarder.close();
    await this.stop();
    await this.host.stop();
    this.folder[Symbol.dispose]();
  }
}

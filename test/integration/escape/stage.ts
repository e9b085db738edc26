/**
 * The real product with two bottles in it, a home worth stealing, and services of the host that nobody may reach. An attempt is typed into the
 * bottle's own terminal, so that it runs as what an agent runs does, or is run by `bottles.exec`; what it said comes back through the workspace.
 */

import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type BackendName, servicePorts } from "#shared/bottles/names.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import { call, first } from "#test/product/call.ts";
import { Certificates, type Pair } from "#test/product/certificates.ts";
import { lasting, type User } from "#test/product/person.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { type Attempt, type Place, prelude } from "./attempt.ts";
import { HostServices, hostAddress } from "./host-services.ts";
import { executable, makePlace, own, worktreeOf } from "./place.ts";

export type Way = "agent" | "exec";

export type StageOptions = { user?: User; environment?: Record<string, string>; baseImage?: string };

/** A shape that every detector of tokens knows; it opens nothing. */
const token = `AKIA${"ABCDEFGHIJKLMNOP"}`;

export class Stage implements AsyncDisposable {
  readonly product: Product;
  readonly place: Place;
  readonly services: HostServices;
  readonly backend: BackendName;
  workspaceId = "";
  bottle!: Bottle;
  terminalId = "";
  #variables: Record<string, string> = {};
  #count = 0;
  #second!: { bottle: Bottle; terminalId: string };

  private constructor(product: Product, place: Place, services: HostServices, backend: BackendName) {
    this.product = product;
    this.place = place;
    this.services = services;
    this.backend = backend;
  }

  static async start(backend: BackendName, { user, environment, baseImage }: StageOptions = {}): Promise<Stage> {
    const hosts = "127.0.0.1 localhost\n::1 localhost\n127.0.0.1 rebound.example\n";
    const product = new Product({ hosts, parent: lasting, ...(user && { user }), ...(environment && { environment }) });
    const root = product.folder.path;
    writeProviders(product, root);
    const place = makePlace(root, root, user ?? null);
    const pair = new Certificates(new TemporaryFolder("certificates")).signed(["localhost"]);
    const services = await HostServices.start(socketsIn(root), pair);
    const stage = new Stage(product, place, services, backend);
    try {
      await product.start();
      if (baseImage !== undefined) await call(product, "settings.change", { dockerBaseImage: baseImage });
      await stage.#launch(pair);
      return stage;
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What the attempt said. */
  async attempt(
    { script, meanwhile, where }: Pick<Attempt, "script" | "meanwhile" | "where">,
    way: Way,
  ): Promise<string> {
    const beside = meanwhile?.(this);
    const said = way === "agent" ? await this.type(script, where) : await this.exec(script, where);
    await beside;
    return said;
  }

  /** In the terminal of the bottle, by its program. */
  async type(script: string, where?: Attempt["where"]): Promise<string> {
    const { work, terminalId } = this.#at(where);
    const name = join(work, ".escape", String(++this.#count));
    writeFileSync(`${name}.sh`, this.#whole(script, work));
    own(this.place, join(work, ".escape"));
    await call(this.product, "terminals.write", {
      id: terminalId,
      text: `sh '${name}.sh' > '${name}.out' 2>&1 < /dev/null; echo ended > '${name}.end'\n`,
    });
    await eventually(
      () => existsSync(`${name}.end`),
      (there) => there,
      60_000,
    );
    return readFileSync(`${name}.out`, "latin1");
  }

  async exec(script: string, where?: Attempt["where"]): Promise<string> {
    const { work, bottle } = this.#at(where);
    const ended = await call(this.product, "bottles.exec", { id: bottle.id, script: this.#whole(script, work) });
    return ended.stdout + ended.stderr;
  }

  set(name: string, value: string): void {
    this.#variables[name] = value;
  }

  #at(where: Attempt["where"]) {
    if (where === "worktree") return { work: worktreeOf(this.place).tree, ...this.#second };
    return { work: this.place.work, bottle: this.bottle, terminalId: this.terminalId };
  }

  #whole(script: string, work: string): string {
    return wholeScript({ ...this.#variables, WORK: work, PROBE: join(work, ".escape/probe") }, script);
  }

  async #launch(pair: Pair): Promise<void> {
    const { product, place, services, backend } = this;
    await call(product, "settings.change", { gatewayHoldSeconds: 0 });
    const { ports } = services;
    const rule = (port: number, more: object = {}) =>
      call(product, "gateway.addRule", {
        host: "localhost",
        ports: [port],
        privateAddresses: true,
        scope: { type: "always" },
        ...more,
      });
    await rule(ports.allowed);
    await rule(ports.allowedTls);
    await rule(ports.watched, { detectors: { tokens: "block", secrets: "block" } });
    await rule(ports.tcp, { host: "rebound.example", privateAddresses: false });
    const { tree } = worktreeOf(place);
    for (const folder of [place.work, tree]) {
      mkdirSync(join(folder, ".escape"), { recursive: true });
      buildProbe(join(folder, ".escape/probe"));
    }
    await recordHellos(join(place.work, ".escape"), pair);
    own(place, place.work);
    own(place, tree);
    const second = await launchIn(product, tree, "tree", backend);
    this.#second = second;
    const launched = await launchIn(product, place.work, "work", backend);
    this.workspaceId = launched.workspaceId;
    this.bottle = launched.bottle;
    this.terminalId = launched.terminalId;
    const sentinel = await call(product, "bottles.exec", {
      id: second.bottle.id,
      script: 'printf %s "$ESCAPE_API_KEY"',
    });
    const { runtime } = product;
    const directory = ({ id }: Bottle) => join(runtime, `b-${id.slice("bottle-".length)}`);
    this.#variables = {
      ...variablesOf(place, services),
      MAIN_PORT: new URL(product.url).port,
      RUNTIME: runtime,
      OWN_DIRECTORY: directory(this.bottle),
      OTHER_DIRECTORY: directory(second.bottle),
      OTHER_SENTINEL: sentinel.stdout,
      CELLAR_STATE: product.home,
      SERVICE_PORTS: Object.values(servicePorts).join(" "),
      REBOUND: "rebound.example",
      HOST_PID: String(process.pid),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.product[Symbol.asyncDispose]();
    await this.services[Symbol.asyncDispose]();
  }
}

/** The same place and services without a bottle, for controls. */
export class Outside implements AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly place: Place;
  readonly services: HostServices;
  readonly #variables: Record<string, string>;

  private constructor(
    folder: TemporaryFolder,
    place: Place,
    services: HostServices,
    variables: Record<string, string>,
  ) {
    this.folder = folder;
    this.place = place;
    this.services = services;
    this.#variables = variables;
  }

  static async start(): Promise<Outside> {
    const folder = new TemporaryFolder("control", lasting);
    const place = makePlace(folder.path, folder.path, null);
    const pair = new Certificates(new TemporaryFolder("certificates")).signed(["localhost"]);
    const runtime = folder.in("runtime");
    mkdirSync(runtime);
    const sockets = [...socketsIn(folder.path), join(runtime, "main.sock")];
    const services = await HostServices.start(sockets, pair);
    for (const folder of [place.work, worktreeOf(place).tree]) mkdirSync(join(folder, ".escape"));
    buildProbe(join(place.work, ".escape/probe"));
    const variables = {
      ...variablesOf(place, services),
      MAIN_PORT: String(services.ports.tcp),
      NAME_SERVER: "127.0.0.1",
      NAME_PORT: String(services.ports.udp),
      RUNTIME: runtime,
      OWN_DIRECTORY: runtime,
      OTHER_DIRECTORY: runtime,
      CELLAR_STATE: folder.in(".config"),
      SERVICE_PORTS: "",
      HOST_PID: String(process.pid),
    };
    return new Outside(folder, place, services, variables);
  }

  /** The script as the host runs it, on a terminal of its own. */
  async run({ script, where }: Pick<Attempt, "script" | "where">): Promise<string> {
    const { home } = this.place;
    const work = where === "worktree" ? worktreeOf(this.place).tree : this.place.work;
    const file = join(work, ".escape/control.sh");
    writeFileSync(file, wholeScript({ ...this.#variables, WORK: work }, script));
    // On a terminal, and in a session and a group of its own.
    const child = spawn("script", ["-qec", `sh '${file}' < /dev/null`, "/dev/null"], {
      cwd: work,
      env: { PATH: process.env["PATH"]!, HOME: home, TERM: "dumb" },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    let said = "";
    child.stdout.on("data", (bytes) => {
      said += bytes;
    });
    await once(child, "close");
    return said.replaceAll("\r", "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.services[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

function wholeScript(variables: Record<string, string>, script: string): string {
  const set = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  return `${set.join("")}export ${Object.keys(variables).join(" ")}\ncd "$WORK" || exit 3\n${prelude}\n${script}\n`;
}

function variablesOf(place: Place, { ports, abstract }: HostServices): Record<string, string> {
  const { home, work, root } = place;
  const { repository, entry, sibling } = worktreeOf(place);
  return {
    HOMEDIR: home,
    WORK: work,
    ROOT: root,
    REPOSITORY: repository,
    ENTRY: entry,
    SIBLING: sibling,
    PROBE: join(work, ".escape/probe"),
    HOST_ADDRESS: hostAddress(),
    TCP: String(ports.tcp),
    UDP: String(ports.udp),
    ALLOWED: String(ports.allowed),
    ALLOWED_TLS: String(ports.allowedTls),
    WATCHED: String(ports.watched),
    ABSTRACT: abstract,
    SECRET: `secret-${randomBytes(8).toString("hex")}`,
    TOKEN: token,
  };
}

const socketsIn = (home: string) => ["agent.sock", "bus", "docker.sock"].map((name) => join(home, name));

/** A program with a provider, so that its bottles have a broker. */
function writeProviders(product: Product, root: string): void {
  mkdirSync(product.home, { recursive: true });
  writeFileSync(
    join(product.home, "providers.toml"),
    '[escape]\nname = "Escape"\nhost = "api.escape.example"\nbase-url = "https://api.escape.example"\n',
  );
  writeFileSync(
    join(product.home, "agent-programs.toml"),
    '[escape-shell]\nname = "Shell with a provider"\ncommand = ["sh"]\nprovider = "escape"\nimage = { run = [] }\n',
  );
  const profile = "export ESCAPE_API_KEY=real-key-of-the-person\n";
  for (const file of [".profile", ".bash_profile"]) writeFileSync(join(root, file), profile);
}

async function launchIn(product: Product, source: string, name: string, backend: BackendName) {
  const { id: workspaceId } = await readyWorkspace(product, source, name);
  const programId = "escape-shell";
  // Its key comes from the person's login shell, which a busy machine keeps waiting.
  const plan = await eventually(
    () => call(product, "bottles.prepare", { workspaceId, programId, backend }),
    ({ routes }) => routes.length > 0,
    60_000,
  );
  const { bottle, terminal } = await call(product, "bottles.launch", { planId: plan.id });
  const event = await first(product, "bottles.watch", {});
  const running = event.type === "all" ? event.items.find(({ id }) => id === bottle.id) : undefined;
  return { workspaceId, bottle: running ?? bottle, terminalId: terminal.id };
}

let built: string | null = null;

/** Compiled once, and linked wholly: a bottle may have another libc, or none. */
function buildProbe(to: string): void {
  if (built === null) {
    built = new TemporaryFolder("probe").in("probe");
    execFileSync("gcc", ["-static", "-O1", "-o", built, join(import.meta.dirname, "probe.c")]);
  }
  rmSync(to, { force: true });
  executable(to, readFileSync(built));
}

/** The first bytes that openssl sends, for these names of a server. */
async function recordHellos(folder: string, _: Pair): Promise<void> {
  const names = {
    localhost: ["-servername", "localhost"],
    other: ["-servername", "hidden.example"],
    none: ["-noservername"],
  };
  for (const [name, flags] of Object.entries(names)) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const client = execFile("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...flags]);
    client.on("error", () => {});
    const [socket] = await once(server, "connection");
    const [bytes] = (await once(socket, "data")) as [Buffer];
    writeFileSync(join(folder, `hello-${name}`), bytes);
    socket.destroy();
    server.close();
    client.kill();
  }
}

/** Bottles: from the click on "Launch" to the program's first instruction, against the bare tool; twenty at once; and what they cost. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { WebSocket } from "ws";
import type { BackendName } from "#shared/bottles/names.ts";
import { OpenSandboxDouble } from "#test/doubles/opensandbox.ts";
import { call } from "#test/product/call.ts";
import { DockerDaemon, testBaseImage } from "#test/product/docker.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { installSmolvm } from "#test/product/smolvm.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";
import { type Figure, median } from "./figure.ts";

const rounds = 15;
const many = 20;
/** A container takes its time, and so does a machine. */
const fewRounds = 5;

/** Says when its first instruction ran, on the clock that everybody here shares. */
const script = 'date +%s%N > "ready-$1"; exec sleep 1000';

export async function measureBottles(): Promise<Figure[]> {
  if (missing("bwrap")) return [];
  await using place = await Place.open("bubblewrap");
  const [bottled, bare] = await place.compare(rounds, (name) =>
    place.bareAtOnce("bwrap", bareBwrap(place.work), [name]),
  );
  const names = Array.from({ length: many }, (_, index) => `many-${index}`);
  const before = memoryOf(place.product.pid);
  const planIds = await Promise.all(names.map((name) => place.prepare(name)));
  const clicked = now();
  const ids = await Promise.all(planIds.map((planId) => place.launch(planId)));
  const atOnce = Math.max(...(await Promise.all(names.map((name) => place.readyAt(name))))) - clicked;
  const bareNames = names.map((name) => `bare-${name}`);
  const bareAtOnce = await place.bareAtOnce("bwrap", bareBwrap(place.work), bareNames);
  const around = ids.map((id) => bwrapMemory(id));
  return [
    beyond("bubblewrap bottle, click to the program's first instruction, beyond bare bwrap", bottled, bare, 150),
    {
      name: `${many} bubblewrap bottles at once, until all run their first instruction`,
      value: atOnce,
      unit: "ms",
      note: `${many} bare bwraps at once ${bareAtOnce.toFixed(0)} ms`,
    },
    { name: `memory around the program, each of ${many} bottles`, value: median(around), unit: "MB" },
    { name: "main's growth, each bottle", value: (memoryOf(place.product.pid) - before) / many, unit: "MB" },
  ];
}

export async function measureDockerBottles(): Promise<Figure[]> {
  if (missing("dockerd")) return [];
  await using daemon = await DockerDaemon.start();
  const { DOCKER_HOST = "", DOCKER_CONFIG = "" } = daemon.environment;
  await using place = await Place.open("docker", { DOCKER_HOST, DOCKER_CONFIG });
  await call(place.product, "settings.change", { dockerBaseImage: testBaseImage });
  const mount = `type=bind,source=${place.work},target=${place.work}`;
  const run = ["run", "--rm", "--network", "none", "--mount", mount, "--workdir", place.work, testBaseImage];
  const [bottled, bare] = await place.compare(fewRounds, (name) =>
    place.bareAtOnce("docker", run, [name], daemon.environment),
  );
  return [beyond("Docker bottle, click to the program's first instruction, beyond bare `docker run`", bottled, bare)];
}

/** Against the double of smolvm, whose every command is a Node process: what counts is how many of them Cellar makes wait for. */
export async function measureSmolmachinesBottles(): Promise<Figure[]> {
  if (missing("bwrap", "root", "setpriv")) return [];
  using folder = new TemporaryFolder("bench-smolvm");
  const { path } = installSmolvm(folder);
  await using place = await Place.open("smolmachines", {}, path);
  const smolvm = async (...args: string[]) =>
    void (await promisify(execFile)(join(path, "smolvm"), ["machine", ...args]));
  const bareMachine = async (name: string) => {
    const clicked = now();
    const volume = `${place.work}:${place.work}`;
    const hold = ["--", "/bin/sh", "-c", "while :; do sleep 3600; done"];
    await smolvm("create", "--name", name, "--image", "node:24-bookworm", "-v", volume, ...hold);
    await smolvm("start", "--name", name);
    await smolvm("exec", "--name", name, "--", "/bin/sh", "-c", `date +%s%N > ${place.work}/ready-${name}`);
    const took = (await place.readyAt(name)) - clicked;
    await smolvm("stop", "--name", name);
    await smolvm("delete", "--name", name, "-f");
    return took;
  };
  const [bottled, bare] = await place.compare(fewRounds, bareMachine);
  const what = "smolmachines bottle (double), click to the program's first instruction, beyond bare smolvm";
  return [beyond(what, bottled, bare)];
}

/** Against the double of its server. */
export async function measureOpenSandboxBottles(): Promise<Figure[]> {
  if (missing("bwrap", "root", "setpriv", "tar")) return [];
  using folder = new TemporaryFolder("bench-opensandbox");
  await using server = new OpenSandboxDouble(folder.in("server"), "key-of-the-server");
  await server.start();
  await using place = await Place.open("opensandbox", { OPENSANDBOX_API_KEY: server.key });
  // What is made there is there, and comes back only at the end.
  place.roots = () => server.roots();
  await call(place.product, "settings.change", { opensandboxUrl: server.url });
  const [bottled, bare] = await place.compare(fewRounds, async (name) => {
    const clicked = now();
    const sandbox = await BareSandbox.start(server);
    await sandbox.run(`mkdir -p ${place.work} && date +%s%N > ${place.work}/ready-${name}; exec sleep 1000`);
    const took = (await place.readyAt(name)) - clicked;
    await sandbox.end();
    return took;
  });
  const what = "OpenSandbox bottle (double), click to the program's first instruction, beyond bare calls";
  return [beyond(what, bottled, bare)];
}

/** The server's own calls, one after the other. */
class BareSandbox {
  readonly #server: OpenSandboxDouble;
  readonly #id: string;
  #client: WebSocket | null = null;

  private constructor(server: OpenSandboxDouble, id: string) {
    this.#server = server;
    this.#id = id;
  }

  static async start(server: OpenSandboxDouble): Promise<BareSandbox> {
    const { id } = (await ask(server, "POST", "/sandboxes", {
      image: { uri: "node:24-bookworm" },
      resourceLimits: { cpu: "4", memory: "4096Mi" },
      entrypoint: ["tail", "-f", "/dev/null"],
      networkPolicy: { defaultAction: "deny", egress: [] },
    })) as { id: string };
    await eventually(
      () => ask(server, "GET", `/sandboxes/${id}`) as Promise<{ status: { state: string } }>,
      ({ status }) => status.state === "Running",
    );
    return new BareSandbox(server, id);
  }

  async run(command: string): Promise<void> {
    const at = `/sandboxes/${this.#id}`;
    const { headers } = (await ask(this.#server, "GET", `${at}/endpoints/44772`)) as {
      headers: Record<string, string>;
    };
    const { session_id: session } = (await ask(
      this.#server,
      "POST",
      `${at}/proxy/44772/pty`,
      { command },
      headers,
    )) as {
      session_id: string;
    };
    const url = `${this.#server.url.replace("http", "ws")}/v1${at}/proxy/44772/pty/${session}/ws`;
    this.#client = new WebSocket(url, { headers });
    await once(this.#client, "open");
  }

  async end(): Promise<void> {
    this.#client?.terminate();
    await ask(this.#server, "DELETE", `/sandboxes/${this.#id}`);
  }
}

async function ask(server: OpenSandboxDouble, method: string, path: string, body?: object, more = {}) {
  const headers = { "OPEN-SANDBOX-API-KEY": server.key, "content-type": "application/json", ...more };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const text = await (await fetch(`${server.url}/v1${path}`, init)).text();
  return text === "" ? null : (JSON.parse(text) as unknown);
}

function beyond(name: string, bottled: number[], bare: number[], budget?: number): Figure {
  return {
    name,
    value: median(bottled) - median(bare),
    unit: "ms",
    ...(budget === undefined ? {} : { budget: { at: "most", value: budget } }),
    note: `${median(bottled).toFixed(0)} ms, bare ${median(bare).toFixed(0)} ms`,
  };
}

/** A running product with a workspace, and a program that says when it runs. */
class Place implements AsyncDisposable {
  readonly product: Product;
  readonly work: string;
  /** Where what programs write may be looked for, besides on this computer. */
  roots: () => string[] = () => [];
  readonly #backend: BackendName;
  #workspaceId = "";

  private constructor(product: Product, backend: BackendName) {
    this.product = product;
    this.work = product.folder.in("work");
    this.#backend = backend;
  }

  /** `path`: a folder that the person has on their PATH. */
  static async open(backend: BackendName, environment: Record<string, string> = {}, path?: string): Promise<Place> {
    const place = new Place(new Product({ environment: { SHELL: "/bin/sh", ...environment } }), backend);
    const { product, work } = place;
    for (const folder of [product.home, work]) mkdirSync(folder);
    if (path !== undefined) writeFileSync(product.folder.in(".profile"), `PATH='${path}':$PATH\n`);
    writeFileSync(
      join(product.home, "agent-programs.toml"),
      `[first]\nname = "First"\ncommand = ["/bin/sh", "-c", '${script}', "sh"]\n[first.image]\nrun = []\n`,
    );
    await product.start();
    place.#workspaceId = (await readyWorkspace(product, work, "work")).id;
    return place;
  }

  async prepare(name: string): Promise<string> {
    const [workspaceId, backend] = [this.#workspaceId, this.#backend];
    const request = { workspaceId, backend, programId: "first", arguments: [name] };
    return (await call(this.product, "bottles.prepare", request)).id;
  }

  async launch(planId: string): Promise<string> {
    return (await call(this.product, "bottles.launch", { planId })).bottle.id;
  }

  /** Milliseconds from the click to the first instruction, in a bottle and bare, turn by turn. */
  async compare(
    count: number,
    bareOnce: (name: string) => Promise<number>,
  ): Promise<[bottled: number[], bare: number[]]> {
    const [bottled, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < count; round++) {
      const planId = await this.prepare(String(round));
      const clicked = now();
      const id = await this.launch(planId);
      bottled.push((await this.readyAt(String(round))) - clicked);
      await call(this.product, "bottles.close", { id });
      bare.push(await bareOnce(`bare-${round}`));
    }
    return [bottled, bare];
  }

  /** Milliseconds, on the clock of {@link now}. */
  async readyAt(name: string): Promise<number> {
    const file = join(this.work, `ready-${name}`);
    const read = () => {
      for (const root of ["", ...this.roots()]) {
        try {
          return readFileSync(`${root}${file}`, "utf8");
        } catch {
          // Not there.
        }
      }
      return "";
    };
    return Number(await eventually(read, (text) => text.endsWith("\n"))) / 1e6;
  }

  /** The same script under the bare tool, as often as there are names and all at once: until the last one runs. */
  async bareAtOnce(tool: string, args: string[], names: string[], env: NodeJS.ProcessEnv = process.env) {
    const clicked = now();
    const children = names.map((name) =>
      spawn(tool, [...args, "/bin/sh", "-c", `date +%s%N > ready-${name}`], { env, stdio: "ignore" }),
    );
    await Promise.all(children.map((child) => once(child, "exit")));
    return Math.max(...(await Promise.all(names.map((name) => this.readyAt(name))))) - clicked;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.product[Symbol.asyncDispose]();
  }
}

function bareBwrap(work: string): string[] {
  const isolated = ["--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", work, work];
  return [...isolated, "--chdir", work];
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Megabytes that would be free without it. */
function memoryOf(pid: number): number {
  const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
  return Number(kilobytes ?? 0) / 1024;
}

/** Of the processes that make the bottle, without those in it. */
function bwrapMemory(bottleId: string): number {
  let sum = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      if (environment.includes(`CELLAR_BOTTLE=${bottleId}`)) sum += memoryOf(Number(pid));
    } catch {
      // Gone, or another user's.
    }
  }
  return sum;
}

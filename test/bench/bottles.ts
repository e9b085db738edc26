/** Bottles: from the click on "Launch" to the program's first instruction, against the bare tool; twenty at once; and what they cost. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BackendName } from "#shared/bottles/names.ts";
import { call } from "#test/product/call.ts";
import { DockerDaemon, testBaseImage } from "#test/product/docker.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";
import { type Figure, median } from "./figure.ts";

const rounds = 15;
const many = 20;
/** A container takes its time. */
const dockerRounds = 5;

/** Says when its first instruction ran, on the clock that everybody here shares. */
const script = 'date +%s%N > "ready-$1"; exec sleep 1000';

export async function measureBottles(): Promise<Figure[]> {
  if (missing("bwrap")) return [];
  await using place = await Place.open("bubblewrap");
  const bottled: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const planId = await place.prepare(String(round));
    const clicked = now();
    const id = await place.launch(planId);
    bottled.push((await place.readyAt(String(round))) - clicked);
    await call(place.product, "bottles.close", { id });
    bare.push(await place.bareAtOnce("bwrap", bareBwrap(place.work), [`bare-${round}`]));
  }
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
  const bottled: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < dockerRounds; round++) {
    const planId = await place.prepare(String(round));
    const clicked = now();
    const id = await place.launch(planId);
    bottled.push((await place.readyAt(String(round))) - clicked);
    await call(place.product, "bottles.close", { id });
    bare.push(await place.bareAtOnce("docker", run, [`bare-${round}`], daemon.environment));
  }
  return [beyond("Docker bottle, click to the program's first instruction, beyond bare `docker run`", bottled, bare)];
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
  readonly #backend: BackendName;
  #workspaceId = "";

  private constructor(product: Product, backend: BackendName) {
    this.product = product;
    this.work = product.folder.in("work");
    this.#backend = backend;
  }

  static async open(backend: BackendName, environment: Record<string, string> = {}): Promise<Place> {
    const place = new Place(new Product({ environment }), backend);
    const { product, work } = place;
    for (const folder of [product.home, work]) mkdirSync(folder);
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

  /** Milliseconds, on the clock of {@link now}. */
  async readyAt(name: string): Promise<number> {
    const read = () => {
      try {
        return readFileSync(join(this.work, `ready-${name}`), "utf8");
      } catch {
        return "";
      }
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

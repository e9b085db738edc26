/** Bottles: from the click on "Launch" to the program's first byte against bare bwrap, and what twenty of them cost. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { missing } from "#test/requirements.ts";
import { type Figure, median } from "./figure.ts";

const rounds = 15;
const many = 20;

export async function measureBottles(): Promise<Figure[]> {
  if (missing("bwrap")) return [];
  await using product = new Product();
  mkdirSync(product.home);
  const work = product.folder.in("work");
  mkdirSync(work);
  // Says when its first instruction ran, on the clock that everybody here shares.
  const script = 'date +%s%N > "ready-$1"; exec sleep 1000';
  writeFileSync(
    join(product.home, "agent-programs.toml"),
    `[first-byte]\nname = "First byte"\ncommand = ["/bin/sh", "-c", '${script}', "sh"]\n`,
  );
  await product.start();
  const { id: workspaceId } = await call(product, "workspaces.create", {
    source: work,
    mode: "in-place",
    name: "work",
  });
  await eventually(
    () => call(product, "workspaces.get", { id: workspaceId }),
    ({ state }) => state === "ready",
  );
  const launch = async (name: string) => {
    const { id: planId } = await call(product, "bottles.prepare", {
      workspaceId,
      programId: "first-byte",
      arguments: [name],
    });
    const clicked = performance.timeOrigin + performance.now();
    const { bottle } = await call(product, "bottles.launch", { planId });
    return { bottle, took: (await readyAt(join(work, `ready-${name}`))) - clicked };
  };
  const bottled: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { bottle, took } = await launch(String(round));
    bottled.push(took);
    await call(product, "bottles.close", { id: bottle.id });
    bare.push(bareBwrap(work, `bare-${round}`));
  }
  const before = memoryOf(product.pid);
  const ids: string[] = [];
  for (let index = 0; index < many; index++) ids.push((await launch(`many-${index}`)).bottle.id);
  const around = ids.map((id) => bwrapMemory(id));
  return [
    {
      name: "bubblewrap bottle, click to the program's first instruction, beyond bare bwrap",
      value: median(bottled) - median(bare),
      unit: "ms",
      budget: { at: "most", value: 150 },
      note: `${median(bottled).toFixed(0)} ms, bare bwrap ${median(bare).toFixed(0)} ms`,
    },
    { name: `memory around the program, each of ${many} bottles`, value: median(around), unit: "MB" },
    { name: "main's growth, each bottle", value: (memoryOf(product.pid) - before) / many, unit: "MB" },
  ];
}

function bareBwrap(work: string, name: string): number {
  const isolated = ["--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", work, work];
  const clicked = performance.timeOrigin + performance.now();
  spawnSync("bwrap", [...isolated, "--chdir", work, "/bin/sh", "-c", `date +%s%N > ready-${name}`]);
  return Number(readFileSync(join(work, `ready-${name}`), "utf8")) / 1e6 - clicked;
}

async function readyAt(path: string): Promise<number> {
  const read = () => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  return Number(await eventually(read, (text) => text.endsWith("\n"))) / 1e6;
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

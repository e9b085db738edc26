/** Terminals: spawn, throughput, echo, attach, memory, idle. Straight at the terminal host, as main and `k` see it. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import { onPath } from "#test/requirements.ts";
import { type Figure, median, percentile } from "./figure.ts";
import { cpuSeconds, peakMegabytes, residentMegabytes } from "./usage.ts";
import { Watcher } from "./watcher.ts";

const floodMegabytes = 64;
/** Bytes of the word by which the flooding program says that its terminal is set up. */
const ready = "ready".length;

export async function measureTerminals(host: TerminalHostClient, folder: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  const pid = (await host.call("host.info", {})).pid;
  const reader = compileReader(folder);
  const flood = writeFlood(folder);

  figures.push(...(await spawnToFirstByte(host, reader)));
  figures.push(...(await throughput(host, pid, reader, flood)));
  figures.push(...(await echo(host, flood)));
  figures.push(...(await attach(host)));
  figures.push(...(await idle(host, pid)));
  return figures;
}

async function spawnToFirstByte(host: TerminalHostClient, reader: string | null): Promise<Figure[]> {
  const times: number[] = [];
  const peers: number[] = [];
  for (let run = 0; run < 20; run++) {
    const started = performance.now();
    const terminal = await host.call("terminals.create", { argv: ["/bin/echo", "x"] });
    const watcher = await Watcher.attach(host, terminal.id);
    await watcher.snapshot;
    if (watcher.offset === 0) await new Promise<void>((first) => watcher.onData(() => first()));
    times.push(performance.now() - started);
    await watcher.end;
    watcher.close();
    if (reader) peers.push(Number(execFileSync(reader, ["/bin/echo", "x"], { encoding: "utf8" }).split(" ")[1]) * 1000);
  }
  const note = reader ? `a bare reader takes ${median(peers).toFixed(1)} ms for the whole program` : "";
  return [{ name: "spawn to first byte, p50", value: median(times), unit: "ms", note }];
}

async function throughput(
  host: TerminalHostClient,
  pid: number,
  reader: string | null,
  flood: { path: string; hash: string; bytes: number },
): Promise<Figure[]> {
  const before = residentMegabytes(pid);
  const ratios: number[] = [];
  const rates: number[] = [];
  let lost = 0;
  let wrong = 0;
  for (let run = 0; run < 3; run++) {
    // The program waits until it is watched, so that the whole flood goes through the stream.
    const terminal = await host.call("terminals.create", {
      command: `stty -echo; printf ready; read -r go; exec cat ${flood.path}`,
    });
    const watcher = await Watcher.attach(host, terminal.id);
    await watcher.reached(ready);
    const started = performance.now();
    watcher.type("\n");
    await watcher.end;
    const seconds = (performance.now() - started) / 1000;
    lost += Math.abs(ready + flood.bytes - watcher.offset);
    if (watcher.hash.digest("hex") !== flood.hash) wrong++;
    rates.push(watcher.bytes / seconds / 1e6);
    if (reader) {
      const [bytes, time] = execFileSync(reader, ["sh", "-c", `stty -echo; exec cat ${flood.path}`], {
        encoding: "utf8",
      })
        .split(" ")
        .map(Number);
      ratios.push(watcher.bytes / seconds / (bytes! / time!));
    }
    watcher.close();
  }
  const figures: Figure[] = [
    { name: "PTY → subscriber", value: median(rates), unit: "MB/s" },
    {
      name: `${floodMegabytes} MB flood, bytes lost or wrong`,
      value: lost + wrong,
      unit: "bytes",
      budget: { at: "most", value: 0 },
    },
  ];
  if (ratios.length > 0) {
    figures.push({
      name: "PTY → subscriber throughput",
      value: median(ratios),
      unit: "×",
      budget: { at: "least", value: 0.7 },
      peer: "a bare C reader",
    });
  }
  const after = peakMegabytes(pid);
  if (before !== null && after !== null) {
    figures.push({
      name: `${floodMegabytes} MB flood, growth of the terminal host`,
      value: after - before,
      unit: "MB",
      budget: { at: "most", value: 50 },
    });
  }
  return figures;
}

async function echo(host: TerminalHostClient, flood: { path: string }): Promise<Figure[]> {
  const terminal = await host.call("terminals.create", { command: "stty raw -echo; exec cat" });
  const watcher = await Watcher.attach(host, terminal.id);
  await watcher.snapshot;
  const series = async () => {
    const times: number[] = [];
    for (let key = 0; key < 500; key++) times.push(await watcher.echo("x"));
    return times;
  };
  await series();
  const idle = await series();
  const noise = await host.call("terminals.create", { command: `while :; do cat ${flood.path}; done` });
  const noiseWatcher = await Watcher.attach(host, noise.id);
  await noiseWatcher.snapshot;
  const flooded = await series();
  await kill(host, noise, terminal);
  watcher.close();
  noiseWatcher.close();
  return [
    { name: "key echo through the host, idle p50", value: percentile(idle, 0.5), unit: "ms" },
    {
      name: "key echo through the host, idle p99",
      value: percentile(idle, 0.99),
      unit: "ms",
      budget: { at: "most", value: 5 },
    },
    {
      name: "key echo through the host, another terminal flooding p99",
      value: percentile(flooded, 0.99),
      unit: "ms",
      budget: { at: "most", value: 15 },
    },
  ];
}

async function attach(host: TerminalHostClient): Promise<Figure[]> {
  const command = `seq 1 10000 | sed 's/$/ the quick brown fox jumps over the lazy dog/'; echo ready; exec cat`;
  const terminal = await host.call("terminals.create", { command });
  const first = await Watcher.attach(host, terminal.id);
  await first.snapshot;
  while ((await host.call("terminals.get", { id: terminal.id })).linesOut < 10_001) await first.echo(" ");
  const times: number[] = [];
  let size = 0;
  for (let run = 0; run < 10; run++) {
    const started = performance.now();
    const watcher = await Watcher.attach(host, terminal.id);
    await watcher.snapshot;
    times.push(performance.now() - started);
    size = watcher.snapshotBytes;
    watcher.close();
  }
  first.close();
  await kill(host, terminal);
  const note = `${(size / 1e6).toFixed(2)} MB snapshot`;
  return [{ name: "attach to 10 000 lines until the snapshot is there, p50", value: median(times), unit: "ms", note }];
}

async function idle(host: TerminalHostClient, pid: number): Promise<Figure[]> {
  const before = residentMegabytes(pid);
  const terminals: Terminal[] = [];
  for (let n = 0; n < 200; n++) terminals.push(await host.call("terminals.create", { argv: ["/bin/cat"] }));
  const after = residentMegabytes(pid);
  const figures: Figure[] = [];
  if (before !== null && after !== null) {
    figures.push({
      name: "200 idle terminals, host memory per terminal",
      value: (after - before) / terminals.length,
      unit: "MB",
      budget: { at: "most", value: 2 },
    });
  }
  const seconds = 10;
  const used = cpuSeconds(pid);
  await new Promise((passed) => setTimeout(passed, seconds * 1000));
  const usedAfter = cpuSeconds(pid);
  if (used !== null && usedAfter !== null) {
    figures.push({
      name: "200 idle terminals, CPU of the terminal host",
      value: ((usedAfter - used) / seconds) * 100,
      unit: "%",
      budget: { at: "most", value: 1 },
    });
  }
  await kill(host, ...terminals);
  return figures;
}

async function kill(host: TerminalHostClient, ...terminals: Terminal[]): Promise<void> {
  await Promise.all(terminals.map(({ id }) => host.call("terminals.kill", { id, force: true })));
}

/** The peer: null where there is no C compiler. */
function compileReader(folder: string): string | null {
  const compiler = ["cc", "gcc", "clang"].find((name) => onPath(name) !== null);
  if (!compiler) return null;
  mkdirSync(folder, { recursive: true });
  const binary = join(folder, "pty-reader");
  const built = spawnSync(compiler, ["-O2", "-o", binary, resolve(import.meta.dirname, "pty-reader.c"), "-lutil"]);
  return built.status === 0 ? binary : null;
}

function writeFlood(folder: string): { path: string; hash: string; bytes: number } {
  const path = join(folder, "flood.txt");
  const line = `${"the quick brown fox jumps over the lazy dog ".repeat(3).slice(0, 99)}\n`;
  const content = Buffer.from(line.repeat(Math.ceil((floodMegabytes * 1024 * 1024) / line.length)));
  writeFileSync(path, content);
  // As a terminal in its ordinary mode passes it on.
  const printed = Buffer.from(content.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
  return { path, hash: createHash("sha256").update(printed).digest("hex"), bytes: printed.byteLength };
}

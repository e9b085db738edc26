/** `k` end to end, as an agent pays for it: a process of its own for each call, beside Python doing nothing. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import { onPath } from "#test/requirements.ts";
import { type Figure, median, percentile } from "./figure.ts";

const scripts = resolve(import.meta.dirname, "../../resources/bin");
const calls = 100;
const agents = 50;

export async function measureK(host: TerminalHostClient): Promise<Figure[]> {
  const terminal = await host.call("terminals.create", { name: "bench", command: "bash" });
  await host.call("cells.run", { terminalId: terminal.id, code: "true", limitSeconds: 30, via: "script" });
  // The system's own where there is one: a version manager's is a script in front of it.
  const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : onPath("python3");
  const figures: Figure[] = [];
  const budget = { at: "most", value: 0.4 } as const;
  for (const words of ["run -j bench true", "poll bench", "ls"]) {
    const [ours, peer] = sideBySide([`k ${words}`, python === null ? "true" : `${python} -c pass`]);
    const name = `\`k ${words}\` end to end, p50`;
    const note = `${ours!.toFixed(1)} ms`;
    if (python === null) figures.push({ name, value: ours!, unit: "ms" });
    else figures.push({ name, value: ours! / peer!, unit: "×", budget, peer: "python3 -c pass", note });
  }
  figures.push(await monitored(host, terminal.id), ...crowd(python));
  await host.call("terminals.kill", { id: terminal.id, force: true });
  return figures;
}

function shell(script: string): string {
  const env = { ...process.env, PATH: `${scripts}:${process.env["PATH"]}` };
  return execFileSync("bash", ["-c", script], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Medians in ms of commands that take turns. A shell starts them: its own fork is small. */
function sideBySide(commands: string[]): number[] {
  const turn = commands.map((command) => `t=$EPOCHREALTIME; ${command} >/dev/null; echo $t $EPOCHREALTIME`).join("; ");
  const lines = shell(`for ((i = 0; i < ${calls}; i++)); do ${turn}; done`).trim().split("\n");
  const times = lines.map((line) => {
    const [from, to] = line.split(" ").map(Number);
    return (to! - from!) * 1000;
  });
  return commands.map((_, at) => median(times.filter((__, index) => index % commands.length === at)));
}

/** From `fire` to the line of `km` that says it is done. */
async function monitored(host: TerminalHostClient, terminalId: string): Promise<Figure> {
  const km: ChildProcess = spawn(resolve(scripts, "km"), ["bench"], { stdio: ["ignore", "pipe", "inherit"] });
  const times: number[] = [];
  try {
    let heard: (line: string) => void = () => {};
    createInterface({ input: km.stdout! }).on("line", (line) => heard(line));
    const next = (status: string) =>
      new Promise<void>((done) => {
        heard = (line) => {
          if (line.includes(`"status": "${status}"`)) done();
        };
      });
    const listening = next("notify");
    const knock = setInterval(() => {
      void host.call("cells.notify", { terminalId, message: "listening?", from: "bench" });
    }, 20);
    await listening;
    clearInterval(knock);
    for (let run = 0; run < calls; run++) {
      const done = next("done");
      const started = performance.now();
      await host.call("cells.fire", { terminalId, code: "true", limitSeconds: 30, via: "script" });
      await done;
      times.push(performance.now() - started);
    }
  } finally {
    km.kill();
  }
  return {
    name: "fire → `km` says done, p50",
    value: median(times),
    unit: "ms",
    note: `p99 ${percentile(times, 0.99).toFixed(1)} ms`,
  };
}

/** Agents that poll at once: until the last has its answer. */
function crowd(python: string | null): Figure[] {
  const atOnce = (command: string) =>
    `t=$EPOCHREALTIME; for ((n = 0; n < ${agents}; n++)); do ${command} >/dev/null & done; wait; echo $t $EPOCHREALTIME`;
  const times = (command: string) => {
    const [from, to] = shell(atOnce(command)).trim().split(" ").map(Number);
    return (to! - from!) * 1000;
  };
  const ours: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < 5; round++) {
    ours.push(times("k poll bench"));
    if (python !== null) peers.push(times(`${python} -c pass`));
  }
  const name = `${agents} agents poll at once, until the last is answered`;
  const note = `${median(ours).toFixed(0)} ms`;
  if (python === null) return [{ name, value: median(ours), unit: "ms" }];
  return [{ name, value: median(ours) / median(peers), unit: "×", peer: `${agents} × python3 -c pass`, note }];
}

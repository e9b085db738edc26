/** The running Cellar of a home, started in the background when there is none. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type ContractConnection, contractClient } from "#node/contract-client.ts";
import { entryCommand } from "#node/entries.ts";
import type { CellarPaths } from "#node/paths.ts";
import { Failure } from "#shared/failure.ts";

/** A start that has not answered by then hangs; the slowest machines need a few seconds. */
const startWithinMs = 30_000;

export async function connectOrStart(paths: CellarPaths): Promise<ContractConnection> {
  const running = await contractClient(paths.mainSocket);
  if (running !== null) return running;
  await startInBackground(paths);
  const started = await contractClient(paths.mainSocket);
  if (started === null)
    throw new Failure("unavailable", "Cellar was started but does not answer", { logPath: logOf(paths) });
  return started;
}

/** As `resources/bin/cellar` starts it. */
const memoryFlags = ["--max-semi-space-size=4"];

/** Resolves when it is ready. It has no terminal of ours, and does not end with us. */
async function startInBackground(paths: CellarPaths): Promise<void> {
  const { command, args, env } = entryCommand("serve");
  const log = openSync(logOf(paths), "w", 0o600);
  const environment = { ...process.env, ...env, CELLAR_HOME: paths.home };
  const child = spawn(command, [...memoryFlags, ...args], {
    cwd: paths.home,
    detached: true,
    env: environment,
    stdio: ["ignore", "pipe", log],
    windowsHide: true,
  });
  const output = child.stdout as Readable;
  closeSync(log);
  const ready = await new Promise<boolean>((resolve) => {
    const late = setTimeout(() => resolve(false), startWithinMs);
    const settle = (value: boolean) => {
      clearTimeout(late);
      resolve(value);
    };
    child.once("error", () => settle(false));
    child.once("exit", () => settle(false));
    createInterface({ input: output }).once("line", () => settle(true));
  });
  output.destroy();
  child.unref();
  if (!ready) throw await startFailure(paths);
}

async function startFailure(paths: CellarPaths): Promise<Failure> {
  const { problem } = await import("#shared/contract/base.ts");
  const said = readFileSync(logOf(paths), "utf8").trim().split("\n").at(-1) ?? "";
  try {
    return Failure.from(problem.parse(JSON.parse(said)));
  } catch {
    return new Failure("unavailable", "Cellar could not be started", { logPath: logOf(paths) });
  }
}

function logOf(paths: CellarPaths): string {
  return join(paths.logs, "start.log");
}

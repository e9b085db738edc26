/** Containers of an engine: found, asked about, waited for, removed. */
import { setTimeout } from "node:timers/promises";
import { Failure } from "#shared/failure.ts";
import { isBottleId } from "../ids.ts";
import { type Engine, engineFailure } from "./engine.ts";
import { labels } from "./names.ts";

const patienceMs = 60_000;
const lookEveryMs = 20;

export type ContainerState = { status: string; error: string; exitCode: number };

/** Null when there is no such container. Throws when the engine cannot be asked. */
export async function stateOf(engine: Engine, name: string): Promise<ContainerState | null> {
  const ended = await engine.run(["inspect", "--type", "container", "--format", "{{json .State}}", name]);
  if (ended.exitCode === 0) {
    const said = JSON.parse(ended.stdout.toString()) as { Status: string; Error: string; ExitCode: number };
    return { status: said.Status, error: said.Error, exitCode: said.ExitCode };
  }
  if (/no such (container|object)/i.test(ended.stderr)) return null;
  throw engineFailure(ended, "Looking for the container");
}

export async function untilRunning(engine: Engine, name: string): Promise<void> {
  for (const end = performance.now() + patienceMs; ; await setTimeout(lookEveryMs)) {
    const state = await stateOf(engine, name);
    if (state?.status === "running") return;
    // A client that makes it may not have come to that.
    if (state === null && performance.now() < end) continue;
    if (state?.status !== "created" || state.error !== "") throw notRunning(state);
    if (performance.now() > end)
      throw new Failure("failed", `The container did not start within ${patienceMs / 1000} s`);
  }
}

export async function removeContainer(engine: Engine, name: string): Promise<void> {
  for (const end = performance.now() + patienceMs; ; await setTimeout(lookEveryMs)) {
    const ended = await engine.run(["rm", "--force", "--volumes", name]);
    if (ended.exitCode === 0 || /no such container/i.test(ended.stderr)) return;
    // Somebody else is removing it, or it is just being started.
    if (!/already in progress|is starting/i.test(ended.stderr) || performance.now() > end) {
      throw engineFailure(ended, `Removing the container ${name}`);
    }
  }
}

export function notRunning(state: ContainerState | null): Failure {
  const how = state === null ? "it is gone" : state.error || `it ended with exit code ${state.exitCode}`;
  return new Failure("failed", `The bottle's container does not run: ${how}`);
}

/** Ids of the bottles of this home whose program runs there, or of which anything is there. One may come more than once. */
export async function bottlesOn(engine: Engine, home: string, which: "running" | "all"): Promise<string[]> {
  const some = which === "all" ? ["--all"] : ["--filter", `label=${labels.role}=program`];
  const format = `{{.Label "${labels.bottle}"}}`;
  const args = ["ps", ...some, "--filter", `label=${labels.home}=${home}`, "--format", format];
  const said = await engine.text(args, "Listing the bottles");
  return said.split("\n").filter(isBottleId);
}

/**
 * How the host joins the namespaces of a bottle that runs.
 *
 * The terminal's command is `unshare --user … bwrap …`, one process after another under the same pid: it stays in a user namespace that belongs to
 * the person, and everything bwrap makes is below that one. Whoever enters it first has all rights over the bottle, and none over the host.
 * bwrap alone would not do: between the person and the bottle it makes a user namespace in which no process stays.
 */
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { readOfProcess } from "#node/processes/list.ts";
import { Failure } from "#shared/failure.ts";
import { EndedEarly } from "../backend.ts";

/** Pids on the host: the terminal's command, and the first process inside. */
export type BottlePids = { outer: number; inner: number };

/** bwrap says the pid as soon as it has made the namespaces; a machine under load may need its time, in ms. */
const patienceMs = 10_000;
const lookEveryMs = 2;

/** Waits for what bwrap writes to `--info-fd`. Throws {@link EndedEarly} when the command ends first, `failed` when it takes too long. */
export function waitForBottle(info: string, outer: number): Promise<BottlePids> {
  return waitUnlessEnded(outer, "bwrap did not start", () => findBottle(info, outer));
}

/**
 * Waits for the first program inside, which writes to `waiting` before it waits at the gate: until then bwrap may still fail, at a mount whose source
 * has gone, say. Throws as {@link waitForBottle} does.
 */
export async function waitForInit(waiting: string, outer: number): Promise<void> {
  await waitUnlessEnded(outer, "bwrap did not start the program", async () => (await textOf(waiting)) || null);
}

async function waitUnlessEnded<Sign>(outer: number, late: string, look: () => Promise<Sign | null>): Promise<Sign> {
  for (const end = performance.now() + patienceMs; ; await setTimeout(lookEveryMs)) {
    const alive = (await statusOf(outer)) !== null;
    const sign = await look();
    if (sign !== null) return sign;
    if (!alive) throw new EndedEarly("The bottle ended while it was being started");
    if (performance.now() > end) throw new Failure("failed", `${late} within ${patienceMs / 1000} s`);
  }
}

/** The pids of a bottle that was started before; null when it is gone. A pid counts only as a child of the terminal's command. */
export async function findBottle(info: string, outer: number): Promise<BottlePids | null> {
  const inner = await innerPid(info);
  return inner !== null && (await isBelow(inner, outer)) ? { outer, inner } : null;
}

/** A command that runs in the network of the bottle and otherwise on the host. */
export function inNetwork({ outer, inner }: BottlePids, command: readonly string[]): string[] {
  return [...enter(outer), "nsenter", "--target", String(inner), "--net", "--", ...command];
}

/**
 * A command that runs inside: same files, processes and network as the program there. Not its user namespace: what has not got its filter yet
 * would be of the same user and rights there, and the program could write into its memory.
 */
export function wholly({ outer, inner }: BottlePids, command: readonly string[]): string[] {
  const namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--root", "--wd"];
  return [
    ...enter(outer),
    "nsenter",
    "--target",
    String(inner),
    ...namespaces,
    "--preserve-credentials",
    "--",
    ...command,
  ];
}

/** Groups cannot be set where a person has only their own: credentials stay as they are. */
function enter(outer: number): string[] {
  return ["nsenter", "--target", String(outer), "--user", "--preserve-credentials", "--"];
}

async function innerPid(info: string): Promise<number | null> {
  const pid = Number(/"child-pid":\s*(\d+)/.exec(await textOf(info))?.[1]);
  return pid > 1 ? pid : null;
}

/** Nothing while the file is not there. */
function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    // Whatever else is wrong is no sign that it has ended.
    if (error.code !== "ENOENT") throw error;
    return "";
  });
}

async function isBelow(inner: number, outer: number): Promise<boolean> {
  return (await statusOf(inner))?.parent === outer;
}

async function statusOf(pid: number): Promise<{ parent: number } | null> {
  const text = await readOfProcess(pid, "stat");
  const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return parent === undefined || state === "Z" ? null : { parent: Number(parent) };
}

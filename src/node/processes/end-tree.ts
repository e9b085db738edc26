/**
 * Ends a process with everything that came from it: children and their children, what left for a session of its own, and what
 * detached itself from its parents but still carries the environment variable that it was started with.
 */
import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { findByEnvironment, listProcesses, type ProcessIdentity, type ProcessInfo, readOfProcess } from "./list.ts";

export type Tree = {
  /** Nothing is done to a process with this pid that started at another time. */
  root: ProcessIdentity | null;
  /** `NAME=value` that the tree's processes, and only they, have in their environment. */
  marker: string;
  /** `NAME=value`: a process with it and its descendants are left alone, though they came from the tree. */
  spared?: string;
};

/** How long the asked have until they are killed, in ms. */
const graceMs = 2_000;
const lookEveryMs = 40;
/** A process that cannot be killed (it waits in the kernel for a device) is not waited for longer than this, in ms. */
const killPatienceMs = 5_000;

/**
 * SIGTERM to all of it, SIGKILL to what is left after `grace` (0: at once). Resolves when nothing is left, with the pids of what
 * could not be killed (it waits in the kernel, or belongs to another user).
 */
export async function endTrees(trees: readonly Tree[], grace = graceMs, aborted?: AbortSignal): Promise<number[]> {
  // What was once seen in a tree stays ours when its parents die and it becomes a child of init.
  const known = new Map<number, ProcessIdentity>();
  const termUntil = performance.now() + grace;
  const killUntil = termUntil + killPatienceMs;
  const asked = new Set<number>();
  for (;;) {
    const left = await members(trees, known);
    if (left.length === 0) return [];
    const now = performance.now();
    if (now > killUntil) return left.map(({ pid }) => pid);
    const force = now >= termUntil || aborted?.aborted === true;
    for (const member of left) {
      if (force) signal(member.pid, "SIGKILL");
      else if (!asked.has(member.pid)) {
        asked.add(member.pid);
        await ask(member.pid);
      }
    }
    await pause(force ? lookEveryMs / 4 : lookEveryMs, aborted);
  }
}

/** The living processes of the trees; `known` is added to. */
async function members(trees: readonly Tree[], known: Map<number, ProcessIdentity>): Promise<ProcessInfo[]> {
  const all = (await listProcesses()).filter(({ pid, zombie }) => pid > 1 && pid !== process.pid && !zombie);
  const markers = new Set(trees.flatMap(({ marker, spared }) => (spared === undefined ? [marker] : [marker, spared])));
  const marked = await findByEnvironment(all, markers);
  const spared = new Set(trees.map((tree) => tree.spared));
  const isOurs = (info: ProcessInfo): boolean => {
    if (known.get(info.pid)?.started === info.started) return true;
    return trees.some(
      ({ root, marker }) =>
        marked.get(info.pid) === marker ||
        (root !== null && info.pid === root.pid && info.started === root.started) ||
        // A session's number is not given away while a member of it lives, so it is ours if its leader is or was seen to be.
        (root !== null && info.session === root.pid && known.get(root.pid)?.started === root.started),
    );
  };
  const ours = new Map<number, ProcessInfo>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const info of all) {
      if (ours.has(info.pid) || spared.has(marked.get(info.pid))) continue;
      if (!isOurs(info) && !ours.has(info.parent)) continue;
      ours.set(info.pid, info);
      known.set(info.pid, info);
      grown = true;
    }
  }
  return [...ours.values()];
}

/** An interactive shell ignores SIGTERM and ends on SIGHUP, the signal of a terminal that is closed. */
async function ask(pid: number): Promise<void> {
  const deaf = await ignoresTerm(pid);
  signal(pid, deaf ? "SIGHUP" : "SIGTERM");
  // A stopped process cannot act on what it is asked.
  signal(pid, "SIGCONT");
}

/** Only Linux tells; elsewhere such a process is killed when its time is up. */
async function ignoresTerm(pid: number): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const status = await readOfProcess(pid, "status");
  const ignored = /^SigIgn:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0";
  return (BigInt(`0x${ignored}`) & (1n << BigInt(constants.signals.SIGTERM - 1))) !== 0n;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile, or another user's: the next look tells.
  }
}

/** An abort cuts it short once. */
async function pause(ms: number, aborted?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, aborted && !aborted.aborted ? { signal: aborted } : {}).catch(() => {});
}

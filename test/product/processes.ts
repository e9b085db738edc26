/** Looks at real processes, to see that nothing is left behind. Linux and macOS. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // A zombie has ended; only its parent has not looked yet.
  return !/^\S+ Z/m.test(stateOf(pid));
}

function stateOf(pid: number): string {
  try {
    return execFileSync("ps", ["-o", "pid=,stat=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** Processes (without zombies) that carry `marker` in their environment; Linux only, elsewhere those with it in their command line. */
export function processesMarked(marker: string): { pid: number; command: string }[] {
  const rows = execFileSync("ps", ["-eo", "pid=,stat=,args="], { encoding: "utf8" }).split("\n");
  const found: { pid: number; command: string }[] = [];
  for (const row of rows) {
    const [, id, stat, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? [];
    if (!id || !stat || stat.startsWith("Z") || Number(id) === process.pid) continue;
    if (command!.includes(marker) || environmentOf(Number(id)).includes(marker)) {
      found.push({ pid: Number(id), command: command! });
    }
  }
  return found;
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}

/** Asks again and again, without a fixed wait, until the answer is as wanted; throws with the last answer after `timeoutMs`. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  wanted: (answer: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > end)
      throw new Error(
        `still not as wanted after ${timeoutMs} ms, which is ${wanted}: ${JSON.stringify(answer)?.slice(0, 2000)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Kills what carries `marker` until nothing does: a shell may start a program between the look and the kill. */
export async function endMarked(marker: string): Promise<void> {
  await eventually(
    () => {
      const found = processesMarked(marker);
      for (const { pid } of found) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {}
      }
      return found;
    },
    (left) => left.length === 0,
  );
}

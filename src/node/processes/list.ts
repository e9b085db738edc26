/** The processes of this computer, with what is needed to know one again: a pid alone may belong to another process by now. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

export type ProcessIdentity = {
  pid: number;
  /** When it started, as the system counts it (with the boot, where that count begins anew). Only compared for equality. */
  started: string;
};

export type ProcessInfo = ProcessIdentity & {
  parent: number;
  /** Session id; null where the system does not tell. */
  session: number | null;
  /** Has ended and only waits for its parent to notice. */
  zombie: boolean;
};

const run = promisify(execFile);
const outputLimit = 64 * 1024 * 1024;

export async function listProcesses(): Promise<ProcessInfo[]> {
  if (process.platform === "linux") return listLinux();
  return process.platform === "win32" ? listWindows() : listWithPs();
}

/** Identity of a process that is alive; null when there is none with this pid, or none is meant (pid ≤ 1). */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  if (pid <= 1) return null;
  const found =
    process.platform === "linux"
      ? parseStat(await readOfProcess(pid, "stat"))
      : (await listProcesses()).find((candidate) => candidate.pid === pid);
  return found && !found.zombie ? { pid, started: found.started } : null;
}

/** Pids of processes that were started with one of these `NAME=value` in their environment, with the one that matched. */
export async function findByEnvironment(
  candidates: readonly ProcessInfo[],
  variables: ReadonlySet<string>,
): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  if (variables.size === 0) return found;
  if (process.platform === "linux") {
    await fewAtOnce(candidates, async ({ pid }) => {
      const environment = await readOfProcess(pid, "environ");
      for (const variable of variables) {
        if (`\0${environment}`.includes(`\0${variable}\0`)) found.set(pid, variable);
      }
    });
  } else if (process.platform === "darwin") {
    const { stdout } = await run("ps", ["-axww", "-E", "-o", "pid=,command="], { maxBuffer: outputLimit });
    for (const line of stdout.split("\n")) {
      for (const variable of variables) {
        if (`${line} `.includes(` ${variable} `)) found.set(Number.parseInt(line, 10), variable);
      }
    }
  }
  return found;
}

let boot: string | undefined;

/** Ticks since boot repeat after the next one. */
function bootId(): string {
  if (boot === undefined) {
    try {
      boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    } catch {
      boot = "";
    }
  }
  return boot;
}

async function listLinux(): Promise<ProcessInfo[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await fewAtOnce(pids, (pid) => readOfProcess(pid, "stat"));
  return stats.map(parseStat).filter((info) => info !== null);
}

/**
 * A file of /proc, empty for a process that is gone or another user's. Throws when the computer lacks what reading takes: a process that could not be
 * looked at is not gone.
 */
export async function readOfProcess(pid: number | string, file: "stat" | "environ" | "status"): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, "latin1");
  } catch (error) {
    if (["EMFILE", "ENFILE", "ENOMEM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return "";
  }
}

/** All of them in order, without an open file for each. */
async function fewAtOnce<T, R>(items: readonly T[], look: (item: T) => Promise<R>): Promise<R[]> {
  const found: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) found[at] = await look(items[at]!);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return found;
}

/** proc_pid_stat(5): the name, in parentheses, may contain anything. */
function parseStat(stat: string): ProcessInfo | null {
  const end = stat.lastIndexOf(")");
  if (end < 0) return null;
  const fields = stat.slice(end + 2).split(" ");
  return {
    pid: Number.parseInt(stat, 10),
    zombie: fields[0] === "Z" || fields[0] === "X",
    parent: Number(fields[1]),
    session: Number(fields[3]),
    started: `${bootId()}:${fields[19]}`,
  };
}

async function listWithPs(): Promise<ProcessInfo[]> {
  const { stdout } = await run("ps", ["-axo", "pid=,ppid=,stat=,lstart="], {
    maxBuffer: outputLimit,
    env: { ...process.env, LC_ALL: "C" },
  });
  return stdout.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match) return [];
    const [, pid, parent, state, started] = match;
    return [
      { pid: Number(pid), parent: Number(parent), session: null, zombie: state!.startsWith("Z"), started: started! },
    ];
  });
}

async function listWindows(): Promise<ProcessInfo[]> {
  const script =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.Ticks)" }';
  const { stdout } = await run("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", script], {
    maxBuffer: outputLimit,
    windowsHide: true,
  });
  return stdout.split("\n").flatMap((line) => {
    const match = /^(\d+) (\d+) (\d+)\s*$/.exec(line);
    if (!match) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), session: null, zombie: false, started: match[3]! }];
  });
}

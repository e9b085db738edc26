/** What a process has used, as the system counts it. Linux; elsewhere the figures are left out. */
import { readFileSync } from "node:fs";

/** Resident memory in MB; null where the system does not tell. */
export function residentMegabytes(pid: number): number | null {
  const match = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`));
  return match ? Number(match[1]) / 1024 : null;
}

/** Largest resident memory so far in MB. */
export function peakMegabytes(pid: number): number | null {
  const match = /VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`));
  return match ? Number(match[1]) / 1024 : null;
}

/** CPU seconds used so far, user and system. */
export function cpuSeconds(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`);
  if (!stat) return null;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

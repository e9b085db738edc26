/**
 * What the kernel writes of a process that crashes. Main holds secrets in its memory, so none of that goes into a core file; what it starts
 * inherits this, so the terminal host, behind which the person's own programs run, takes it back. Linux only: elsewhere no core is written
 * unless the person asks for it.
 */
import { readFileSync, writeFileSync } from "node:fs";

const filter = "/proc/self/coredump_filter";
/** The kernel's own default: anonymous memory, and the heads of files. */
const usual = 0x33;

/** A core then has the registers and a list of what was mapped, and no content. */
export function keepMemoryOutOfCores(): void {
  write(0);
}

/** For what was started by a process that has called {@link keepMemoryOutOfCores}. What a person has set otherwise stays. */
export function letMemoryIntoCores(): void {
  if (read() === 0) write(usual);
}

function read(): number | null {
  try {
    return Number.parseInt(readFileSync(filter, "utf8"), 16);
  } catch {
    return null;
  }
}

/** Elsewhere than on Linux there is nothing to write to. */
function write(bits: number): void {
  try {
    writeFileSync(filter, `0x${bits.toString(16)}`);
  } catch {}
}

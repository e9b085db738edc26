/** Puts the double of smolvm on a PATH. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TemporaryFolder } from "./temporary.ts";

const double = resolve(import.meta.dirname, "../doubles/smolvm.ts");

export type Smolvm = { path: string; state: string };

export function installSmolvm(folder: TemporaryFolder): Smolvm {
  const [bin, state] = [folder.in("smolvm-bin"), folder.in("smolvm-state")];
  mkdirSync(bin);
  mkdirSync(state);
  const program = `#!/bin/sh\nSMOLVM_DOUBLE='${state}' exec '${process.execPath}' '${double}' "$@"\n`;
  writeFileSync(join(bin, "smolvm"), program, { mode: 0o755 });
  return { path: bin, state };
}

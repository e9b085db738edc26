/** A folder like the one of Electron's runtime, whose program is this Node when it is asked to act as Node. It lets a packed app run without Electron. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createPackageFromStreams } from "@electron/asar";

/** Where `@electron/fuses` finds the fuses of a program; then a version, their number, and one letter for each. */
const sentinel = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
const fuseCount = 9;

export async function makeStandInRuntime(folder: string, version: string): Promise<void> {
  for (const inner of ["resources", "locales"]) mkdirSync(join(folder, inner), { recursive: true });
  const program = `#!/bin/sh\n[ "\${ELECTRON_RUN_AS_NODE-}" != "" ] || exit 86\nexec '${process.execPath}' "$@"\n`;
  const fuses = Buffer.concat([Buffer.from([1, fuseCount]), Buffer.from("0".repeat(fuseCount))]);
  writeFileSync(join(folder, "electron"), Buffer.concat([Buffer.from(`${program}# ${sentinel}`), fuses]), {
    mode: 0o755,
  });
  writeFileSync(join(folder, "version"), version);
  for (const name of ["LICENSE", "LICENSES.chromium.html", "locales/en-US.pak"]) writeFileSync(join(folder, name), "-");
  const welcome = Buffer.from("{}");
  await createPackageFromStreams(join(folder, "resources", "default_app.asar"), [
    {
      type: "file",
      path: "package.json",
      unpacked: false,
      stat: { mode: 0o100644, size: welcome.length },
      streamGenerator: () => Readable.from([welcome]),
    },
  ]);
}

/** The letters of a program's fuses: `1` on, `0` off, in Electron's order. */
export function fusesOf(program: Buffer): string {
  const at = program.indexOf(sentinel) + sentinel.length;
  return program.subarray(at + 2, at + 2 + fuseCount).toString();
}

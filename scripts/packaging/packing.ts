/** Makes what is handed to people, as far as it can be made here. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Runtime } from "../electron-runtime.ts";
import { cycloneDx } from "./bill-of-materials.ts";
import { layOut } from "./lay-out.ts";
import { makePackages } from "./make-packages.ts";
import { missingNames } from "./publisher.ts";
import { sourceDate } from "./reproducible.ts";
import { type Target, targetName } from "./target.ts";

/** What Cellar may add to Electron, unpacked. */
export const budgetBytes = 40_000_000;

export type Packing = {
  root: string;
  output: string;
  targets: readonly Target[];
  runtime: () => Promise<Runtime>;
  say: (line: string) => void;
};

/** Throws one sentence when packages cannot be made; what needs no runtime has been made then. */
export async function pack({ root, output, targets, runtime, say }: Packing): Promise<void> {
  // Whatever else writes a time writes this one.
  process.env["SOURCE_DATE_EPOCH"] ??= String(sourceDate().getTime() / 1000);
  mkdirSync(output, { recursive: true });
  for (const target of targets) {
    const name = targetName(target);
    const { parts, bytes } = await layOut(root, target, join(output, name, "resources"));
    if (bytes > budgetBytes) throw new Error(`${name} adds ${bytes} bytes to Electron, more than ${budgetBytes}.`);
    writeFileSync(join(output, `${name}.cdx.json`), `${JSON.stringify(cycloneDx(root, target, parts), null, 2)}\n`);
    say(`${name}: ${(bytes / 1e6).toFixed(1)} MB beside Electron, ${parts.length} parts`);
  }
  const found = await runtime();
  if ("missing" in found) throw new Error(`No packages: ${found.missing}`);
  const unnamed = missingNames();
  if (unnamed.length > 0) say(`These packages name nobody as their maker: ${unnamed.join(", ")} not set.`);
  for (const target of targets) {
    for (const path of await makePackages(root, target, output)) say(relative(root, path));
  }
}

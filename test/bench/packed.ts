/** What Cellar adds to Electron on a person's disk. */
import { resolve } from "node:path";
import { layOut } from "#scripts/packaging/lay-out.ts";
import { budgetBytes } from "#scripts/packaging/packing.ts";
import { targetName, targets } from "#scripts/packaging/target.ts";
import type { Figure } from "./figure.ts";

export async function measurePacked(folder: string): Promise<Figure[]> {
  const [target] = targets;
  const { bytes, files } = await layOut(resolve(import.meta.dirname, "../.."), target!, folder);
  return [
    {
      name: `what Cellar adds to Electron, unpacked (${targetName(target!)})`,
      value: bytes / 1e6,
      unit: "MB",
      budget: { at: "most", value: budgetBytes / 1e6 },
      note: `${files.length} files`,
    },
  ];
}

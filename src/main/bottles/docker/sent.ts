/** A bottle on another computer's engine, and what its directory here remembers of it: what was sent, and that its program ran. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BottleToStart, EndReport, RunningBottle } from "../backend.ts";
import { bringBack, type Sent } from "../elsewhere/put-back.ts";
import { treeOf } from "../elsewhere/tree.ts";
import { labelled, type Volume } from "./arguments.ts";
import type { Engine } from "./engine.ts";
import { load, removeFreight, unload } from "./freight.ts";
import type { DockerDetails } from "./plan.ts";

const files = { sent: "sent.json", released: "released" } as const;

/** `image`: any that is there. Resolves to what the container has to mount. */
export async function send(
  engine: Engine,
  bottle: BottleToStart<DockerDetails>,
  home: string,
  image: string,
): Promise<Volume[]> {
  const { id, directory, spec, plan, trust } = bottle;
  const { uid, gid, held } = plan.details;
  const workspace = spec.workspace.path;
  const tree = await treeOf(workspace);
  const sent: Sent = { workspace, keptHome: spec.keptHome, held, tree: [...tree] };
  await writeFile(join(directory, files.sent), JSON.stringify(sent), { mode: 0o600, flag: "wx" });
  return load(engine, {
    id,
    labelled: labelled(id, home, "freight"),
    image,
    owner: { uid, gid },
    workspace: { as: "", folder: workspace, tree },
    keptHome: spec.keptHome,
    skills: spec.skills,
    trust,
  });
}

export async function noteReleased(directory: string): Promise<void> {
  await writeFile(join(directory, files.released), "", { mode: 0o600 });
}

/** What its program has made comes back, and what was sent goes. `copy`: see {@link bringBack}. */
export async function fetchBack(
  engine: Engine,
  { id, directory }: Pick<RunningBottle, "id" | "directory">,
  copy: string,
  report: EndReport | undefined,
): Promise<void> {
  const sent = await readFile(join(directory, files.sent), "utf8").catch(() => null);
  // One whose directory is gone may have run; what it holds is kept.
  const fetch = sent === null || existsSync(join(directory, files.released)) ? await unload(engine, id) : null;
  if (fetch !== null) await bringBack(sent === null ? null : (JSON.parse(sent) as Sent), fetch, copy, report);
  await removeFreight(engine, id);
}

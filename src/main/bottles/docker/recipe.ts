/** What an image is made of: a catalogue's recipe or a person's Dockerfile, and on top the little that every bottle needs. Pure. */
import { createHash } from "node:crypto";
import { ownEtc } from "../bubblewrap/view.ts";
import { labels } from "./names.ts";
import { initScript, insideScript } from "./scripts.ts";

export type Recipe =
  | { from: "catalogue"; base: string; run: readonly string[] }
  /** `folder`: what its COPY takes files from; null where it takes none. */
  | { from: "dockerfile"; path: string; text: string; folder: string | null };

/** Images that have to be there before it can be built, in the order in which they are named. */
export function basesOf(recipe: Recipe): string[] {
  if (recipe.from === "catalogue") return [recipe.base];
  const stages = new Set<string>(["scratch"]);
  const bases: string[] = [];
  for (const [, image, stage] of recipe.text.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)) {
    // A name that is put together from arguments is known only when it is built.
    if (!stages.has(image!.toLowerCase()) && !image!.includes("$")) bases.push(image!);
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return [...new Set(bases)];
}

/** Whether a Dockerfile takes files from its folder: others get an empty one, and nothing is sent to the engine. */
export function takesFiles(dockerfile: string): boolean {
  return /^\s*(COPY|ADD)\s+(?!.*--from=)/im.test(dockerfile) || /--mount=\S*type=bind/.test(dockerfile);
}

/** The part of the recipe's own; null where a base image is enough. */
export function ownDockerfile(recipe: Recipe): string | null {
  if (recipe.from === "dockerfile") return recipe.text;
  if (recipe.run.length === 0) return null;
  return [`FROM ${recipe.base}`, "USER 0", ...recipe.run.map((line) => `RUN ${line}`), ""].join("\n");
}

/** Files of the last layer, by their path below the build's folder, and the Dockerfile that puts them into `image`. `code`: what leads its ports, where that runs inside. */
export function lastLayer(
  image: string,
  uid: number,
  gid: number,
  code: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const { passwd, group, "nsswitch.conf": names } = ownEtc(uid, gid);
  return new Map([
    ["etc/passwd", passwd!],
    ["etc/group", group!],
    ["etc/nsswitch.conf", names!],
    ["cellar/init", initScript],
    ["cellar/inside", insideScript],
    ...[...code].map(([name, text]): [string, string] => [`cellar/ports/${name}`, text]),
    ["Dockerfile", `FROM ${image}\nLABEL ${labels.image}=program\nCOPY etc/ /etc/\nCOPY cellar/ /usr/lib/cellar/\n`],
  ]);
}

export function portsLayer(image: string, code: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([
    ...[...code].map(([name, text]): [string, string] => [`ports/${name}`, text]),
    ["Dockerfile", `FROM ${image}\nLABEL ${labels.image}=ports\nCOPY ports/ /usr/lib/cellar/ports/\n`],
  ]);
}

/** By what an image is found again: everything that decides what is in it. */
export function contentKey(parts: readonly (string | ReadonlyMap<string, string>)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(typeof part === "string" ? JSON.stringify(part) : JSON.stringify([...part]));
  return hash.digest("hex").slice(0, 24);
}

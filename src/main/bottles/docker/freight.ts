/**
 * What a bottle on another computer's engine works on: volumes of its own, filled before and emptied after through a container that never runs. So they can
 * be emptied whatever has become of the program, and found again from the bottle's id alone.
 */
import { Failure } from "#shared/failure.ts";
import { guestHome, guestTrust } from "../backend.ts";
import { type Owner, type Parcel, packed } from "../elsewhere/packed.ts";
import type { Fetch } from "../elsewhere/put-back.ts";
import { mostBytes, treeOf } from "../elsewhere/tree.ts";
import { Untar } from "../untar.ts";
import { type Volume, volumeMount } from "./arguments.ts";
import { removeContainer, stateOf } from "./containers.ts";
import { type Engine, engineFailure } from "./engine.ts";
import { containerName, guestFiles, labels } from "./names.ts";

/** Where the volumes are in the container that carries them. */
const folder = "/freight";
const patienceMs = 15 * 60_000;

export type FreightParts = {
  id: string;
  /** Arguments that label it as the bottle's. */
  labelled: readonly string[];
  image: string;
  owner: Owner;
  /** The workspace, which was looked at already. */
  workspace: Parcel;
  keptHome: string | null;
  skills: readonly { name: string; path: string }[];
  trust: string | null;
};

const freightName = (id: string) => `${containerName(id)}-freight`;
const volumeName = (id: string, part: string) => `${containerName(id)}-${part}`;

/** Makes the volumes with what is in them; resolves to where they belong in the bottle. */
export async function load(engine: Engine, parts: FreightParts): Promise<Volume[]> {
  const { id, workspace, keptHome, skills, trust } = parts;
  const volumes: (Volume & { part: string })[] = [];
  const parcels: Parcel[] = [];
  const take = async (part: string, to: string, access: Volume["access"], more: readonly Parcel[]) => {
    volumes.push({ part, name: volumeName(id, part), to, access });
    parcels.push(...more);
  };
  const parcel = async (as: string, path: string): Promise<Parcel> => ({ as, folder: path, tree: await treeOf(path) });
  await take("workspace", workspace.folder, "read-write", [{ ...workspace, as: "workspace" }]);
  if (keptHome !== null) await take("home", guestHome, "read-write", [await parcel("home", keptHome)]);
  if (trust !== null) await take("trust", guestTrust, "read-only", [await parcel("trust", trust)]);
  if (skills.length > 0) {
    const all = await Promise.all(skills.map(({ name, path }) => parcel(`skills/${name}`, path)));
    await take("skills", guestFiles.skills, "read-only", all);
  }
  for (const { name } of volumes) {
    await engine.text(["volume", "create", ...parts.labelled, name], "Making a volume for the workspace");
  }
  const mounts = volumes.flatMap((each) =>
    volumeMount({ ...each, to: `${folder}/${each.part}`, access: "read-write" }),
  );
  const create = ["create", "--name", freightName(id), ...parts.labelled, "--network", "none", "--log-driver", "none"];
  await engine.text([...create, "--pull", "never", ...mounts, parts.image, "true"], "Making the workspace's container");
  const ended = await engine.run(["cp", "-", `${freightName(id)}:${folder}`], {
    input: packed(parcels, parts.owner),
    timeoutMs: patienceMs,
  });
  if (ended.exitCode !== 0) throw engineFailure(ended, "Sending the workspace");
  return volumes.map(({ part: _, ...volume }) => volume);
}

/** Null where the bottle has none. Throws when the engine cannot be asked. */
export async function unload(engine: Engine, id: string): Promise<{ workspace: Fetch; home: Fetch } | null> {
  if ((await stateOf(engine, freightName(id))) === null) return null;
  const from =
    (part: string): Fetch =>
    (to) =>
      fetchPart(engine, `${freightName(id)}:${folder}/${part}/.`, to);
  return { workspace: from("workspace"), home: from("home") };
}

/** Idempotent. */
export async function removeFreight(engine: Engine, id: string): Promise<void> {
  await removeContainer(engine, freightName(id));
  const filter = ["--quiet", "--filter", `label=${labels.bottle}=${id}`];
  const names = (await engine.text(["volume", "ls", ...filter], "Listing the bottle's volumes"))
    .split("\n")
    .filter(Boolean);
  if (names.length > 0) await engine.text(["volume", "rm", "--force", ...names], "Removing the bottle's volumes");
}

async function fetchPart(engine: Engine, from: string, to: string): Promise<string[]> {
  const untar = new Untar(to, mostBytes);
  let wrong: unknown = null;
  const stop = new AbortController();
  try {
    const ended = await engine
      .run(["cp", from, "-"], {
        timeoutMs: patienceMs,
        signal: stop.signal,
        onStdout: (chunk) => {
          try {
            if (wrong === null) untar.push(chunk);
          } catch (error) {
            wrong = error;
            stop.abort();
          }
        },
      })
      .catch((error: unknown) => {
        throw wrong ?? error;
      });
    if (wrong !== null) throw wrong;
    if (ended.exitCode !== 0) throw engineFailure(ended, "Bringing back the workspace");
    untar.finish();
    return untar.leftOut;
  } catch (error) {
    throw error instanceof Failure ? error : new Failure("failed", `What came back is not whole: ${String(error)}`);
  } finally {
    untar.close();
  }
}

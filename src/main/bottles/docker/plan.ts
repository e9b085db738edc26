/** The plan of a bottle in Docker: what of the workspace is seen where, and what this engine can hold it to. */
import type { BackendPlan, BottleSpec } from "../backend.ts";
import { planSending } from "../elsewhere/sending.ts";
import { checkWorkspace, type Placeholder, protectionOf, type ReadGitConfig } from "../protect.ts";
import type { EngineTraits } from "./arguments.ts";
import type { Engine, EngineAddress } from "./engine.ts";
import { type ImagePlan, planImage } from "./images.ts";
import { guestFiles } from "./names.ts";
import { computerOf, isRootless, limitsOf, notEnforcedBy, traitsOf } from "./traits.ts";

export type DockerDetails = {
  address: EngineAddress;
  traits: EngineTraits;
  uid: number;
  gid: number;
  image: ImagePlan;
  baseImage: string;
  placeholders: Placeholder[];
  /** Paths of a workspace that is sent elsewhere which are not put back. */
  held: string[];
};

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Of a program whose files belong to nobody of this computer. */
const stranger = 1000;

export async function planContainer(
  engine: Engine,
  spec: BottleSpec,
  baseImage: string,
  readGitConfig: ReadGitConfig,
): Promise<BackendPlan<DockerDetails>> {
  checkWorkspace(spec.workspace.path);
  const [info, endpoint, image] = await Promise.all([
    engine.info(),
    engine.endpoint(),
    planImage(engine, spec, baseImage),
  ]);
  const traits = traitsOf(info, endpoint);
  const seen = await (traits.distant
    ? sent(spec, computerOf(endpoint), readGitConfig)
    : shared(spec.workspace.path, readGitConfig));
  // The engine of a person's own takes root inside for the person.
  const own = traits.distant ? { uid: stranger, gid: stranger } : person();
  const { uid, gid } = isRootless(info) ? { uid: 0, gid: 0 } : own;
  const here = { traits, info, keptHome: spec.keptHome !== null, root: !traits.distant && uid === 0 && own.uid === 0 };
  return {
    mounts: [
      ...seen.mounts,
      ...spec.skills.map(({ name, path }) => ({
        from: path,
        to: `${guestFiles.skills}/${name}`,
        access: "read-only" as const,
        what: `skill ${name}`,
      })),
    ],
    limits: limitsOf(spec.limits, here),
    notEnforced: [...seen.notEnforced, ...notEnforcedBy(spec.limits, here)],
    preparation: image.preparation,
    path: usualPath,
    details: {
      address: engine.address,
      traits,
      uid,
      gid,
      image,
      baseImage,
      placeholders: seen.placeholders,
      held: seen.held,
    },
  };
}

type Seen = Pick<BackendPlan, "mounts" | "notEnforced"> & Pick<DockerDetails, "placeholders" | "held">;

async function shared(path: string, readGitConfig: ReadGitConfig): Promise<Seen> {
  const { mounts, notEnforced, placeholders } = await protectionOf(path, readGitConfig);
  return {
    mounts: [{ from: path, to: path, access: "read-write", what: "workspace" }, ...mounts],
    notEnforced,
    placeholders,
    held: [],
  };
}

async function sent(spec: BottleSpec, where: string, readGitConfig: ReadGitConfig): Promise<Seen> {
  const { workspace, notEnforced, held } = await planSending(spec, where, readGitConfig);
  return { mounts: [workspace], notEnforced, placeholders: [], held };
}

function person(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? stranger, gid: process.getgid?.() ?? stranger };
}

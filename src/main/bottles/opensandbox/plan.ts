/** The plan of a bottle on another computer: what is sent there, and what cannot be held there. Nothing is asked of the server. */
import { basename } from "node:path";
import { Failure } from "#shared/failure.ts";
import { type BackendPlan, type BottleSpec, guestHome } from "../backend.ts";
import { size } from "../bubblewrap/limits.ts";
import { planSending } from "../elsewhere/sending.ts";
import { checkWorkspace, type ReadGitConfig } from "../protect.ts";
import { serverAddress } from "./server.ts";

export type OpenSandboxDetails = { image: string; held: string[] };

const dockerfileHint = "Build the image, put it where the server finds it, and name it in the settings.";
export const guestSkills = `${guestHome}/.claude/skills`;

/** Throws `refused` or `unavailable` for what cannot be sent to another computer. */
export async function planSandbox(
  spec: BottleSpec,
  { url, image }: { url: string; image: string },
  readGitConfig: ReadGitConfig,
): Promise<BackendPlan<OpenSandboxDetails>> {
  const { workspace, program, limits, skills } = spec;
  checkWorkspace(workspace.path);
  if (process.platform === "win32")
    throw new Failure("unavailable", "Bottles of OpenSandbox cannot be launched from Windows yet");
  if (spec.dockerfile !== null) {
    throw new Failure("unavailable", "An OpenSandbox server builds no image from a Dockerfile", {
      hint: dockerfileHint,
    });
  }
  const where = new URL(serverAddress(url)).host;
  const sending = await planSending(spec, where, readGitConfig);
  return {
    mounts: [
      sending.workspace,
      ...skills.map(({ name, path }) => ({
        from: path,
        to: `${guestSkills}/${name}`,
        access: "read-only" as const,
        what: `skill ${name}`,
      })),
      { from: image, to: "/", access: "read-only", what: "image: everything else inside" },
    ],
    limits: [
      { name: "memory", value: size(limits.memory), enforced: "bottle" },
      { name: "processes", value: String(limits.processes), enforced: "bottle" },
      { name: "file-size", value: size(limits.fileSize), enforced: "each" },
      { name: "temporary", value: size(limits.temporary), enforced: "no" },
      ...(spec.keptHome === null ? [{ name: "home", value: size(limits.home), enforced: "no" } as const] : []),
    ],
    notEnforced: [
      ...sending.notEnforced,
      "How well the sandbox is closed is up to that server. That its network is closed is checked before the program starts; the program may become root inside through the sandbox's own control service, where that asks for no key.",
      `${program.entry.name} of this computer does not go in: the image ${image} has to have '${basename(program.path)}'.`,
    ],
    path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    details: { image, held: sending.held },
  };
}

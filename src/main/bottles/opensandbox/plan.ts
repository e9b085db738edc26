/** The plan of a bottle on another computer: what is sent there, and what cannot be held there. Nothing is asked of the server. */
import { lstat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Failure } from "#shared/failure.ts";
import { type BackendPlan, type BottleSpec, guestHome } from "../backend.ts";
import { size } from "../bubblewrap/limits.ts";
import { checkWorkspace, protectionOf, type ReadGitConfig } from "../protect.ts";
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
  const protection = await protectionOf(workspace.path, readGitConfig);
  const where = new URL(serverAddress(url)).host;
  const isWorktree = (await lstat(join(workspace.path, ".git")).catch(() => null))?.isFile() === true;
  const held = protection.mounts.filter(({ access }) => access === "read-only").map(({ to }) => to);
  return {
    mounts: [
      {
        from: workspace.path,
        to: workspace.path,
        access: "read-write",
        what: `workspace: a copy on ${where}, taken back when the bottle ends`,
      },
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
      `The workspace and everything in it is sent to ${where}, and whoever runs that server can read it, and what the program does.`,
      "The program's changes are not seen here while it runs. They are taken back when the bottle ends, where nobody has changed the same meanwhile; the rest is kept in a folder that the bottle's log names.",
      "How well the sandbox is closed is up to that server. That its network is closed is checked before the program starts; the program may become root inside through the sandbox's own control service, where that asks for no key.",
      "Certificates are copied: a rule that starts to open a host's TLS while the bottle runs is not trusted inside until the next launch.",
      "The size of what is written inside is not limited; more than 4 GiB are not taken back.",
      `${program.entry.name} of this computer does not go in: the image ${image} has to have '${basename(program.path)}'.`,
      ...(isWorktree
        ? ["The workspace is a git worktree, and its repository is not sent: git does not work inside."]
        : protection.notEnforced),
    ],
    path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    details: { image, held },
  };
}

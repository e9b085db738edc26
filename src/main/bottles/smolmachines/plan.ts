/** The plan of a virtual machine: what of the host goes in, and what cannot be held. */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, sep } from "node:path";
import { Failure } from "#shared/failure.ts";
import { type BackendPlan, type BottleSpec, guestHome } from "../backend.ts";
import { inSystem, programFolders } from "../bubblewrap/program-folders.ts";
import type { GuestUser } from "../guest/init.ts";
import { checkWorkspace, type Placeholder, protectionOf, type ReadGitConfig } from "../protect.ts";
import { limitsOf, notEnforcedHere } from "./limits.ts";
import { viewOf } from "./view.ts";

export type SmolmachinesDetails = {
  image: string;
  placeholders: Placeholder[];
  user: GuestUser;
  /** Folders of the program on the host, if it can be brought along; else the image has to have it. */
  program: string[] | null;
};

const guestSkills = `${guestHome}/.claude/skills`;

/** Throws `refused` or `unavailable` for what smolvm cannot hold. */
export async function planMachine(
  spec: BottleSpec,
  image: string,
  readGitConfig: ReadGitConfig,
): Promise<BackendPlan<SmolmachinesDetails>> {
  const { workspace, program, skills } = spec;
  checkWorkspace(workspace.path);
  if (spec.dockerfile !== null) {
    throw new Failure("unavailable", "smolvm builds no image from a Dockerfile", {
      hint: "Build it yourself (docker build, docker save) and choose the archive as the image of virtual machines in the settings.",
    });
  }
  const [protection, folders, owner] = await Promise.all([
    protectionOf(workspace.path, readGitConfig),
    foldersOf(program.path, spec.hostEnvironment),
    stat(workspace.path),
  ]);
  const read = (from: string, to: string, what: string) => ({ from, to, access: "read-only" as const, what });
  const mounts = [
    { from: workspace.path, to: workspace.path, access: "read-write" as const, what: "workspace" },
    ...protection.mounts,
    ...(folders?.paths ?? []).map((path) => read(path, path, program.entry.name)),
    ...skills.map(({ name, path }) => read(path, `${guestSkills}/${name}`, `skill ${name}`)),
  ];
  // Throws for what smolvm cannot mount, before anything is made.
  await viewOf(workspace.path, mounts.slice(1));
  const user = { uid: owner.uid, gid: owner.gid };
  return {
    mounts: [...mounts, read(image, "/", "image: everything else inside")],
    limits: limitsOf(spec.limits, user.uid === 0),
    notEnforced: [
      ...protection.notEnforced,
      ...notEnforcedHere(protection.mounts.length > 0, user.uid === 0),
      ...(folders === null
        ? [
            `${program.entry.name} of this computer does not go in: the image ${image} has to have '${basename(program.path)}'.`,
          ]
        : []),
    ],
    path: [
      ...new Set([
        ...(folders?.bins ?? []),
        "/usr/local/sbin",
        "/usr/local/bin",
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
      ]),
    ].join(":"),
    details: { image, placeholders: protection.placeholders, user, program: folders?.paths ?? null },
  };
}

/** A program of folders can be brought along where the machine has the same kind of processor and system; what is part of the system, or one file, cannot. */
async function foldersOf(path: string, env: Readonly<Record<string, string>>) {
  if (process.platform !== "linux") return null;
  const folders = await programFolders(path, env, homedir());
  const within = (each: string) => folders.paths.some((folder) => each.startsWith(folder + sep));
  if (inSystem(path) || !within(path) || !folders.links.every(({ at }) => within(at))) return null;
  const kinds = await Promise.all(folders.paths.map((each) => stat(each)));
  return kinds.every((kind) => kind.isDirectory()) ? folders : null;
}

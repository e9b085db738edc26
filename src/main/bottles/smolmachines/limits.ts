/** What a machine holds its bottle to. */
import type { BottleLimit } from "#shared/contract/bottles.ts";
import type { BottleLimits } from "../backend.ts";
import { size } from "../bubblewrap/limits.ts";

/** The machine's own disk: the image, a home that is not kept, and all that is written outside the workspace. */
export const diskGibibytes = 20;

export function limitsOf(limits: BottleLimits, root: boolean): BottleLimit[] {
  const disk = `${diskGibibytes} GiB`;
  return [
    { name: "memory", value: size(limits.memory), enforced: "bottle" },
    { name: "processes", value: String(limits.processes), enforced: root ? "no" : "bottle" },
    { name: "file-size", value: size(limits.fileSize), enforced: "each" },
    { name: "temporary", value: size(limits.memory), enforced: "bottle" },
    { name: "home", value: disk, enforced: "bottle" },
  ];
}

/** `holds`: there are files in the workspace that are kept from being changed. */
export function notEnforcedHere(holds: boolean, root: boolean): string[] {
  return [
    ...(holds
      ? [
          "smolvm mounts no single file, so files that your computer runs by itself (git's configuration, .envrc and the like) are held by the machine's own kernel: a program that became root in its machine could change them. Folders, such as git's hooks, are held outside.",
        ]
      : []),
    ...(root
      ? [
          "The program is root in its machine, without any rights, because the workspace belongs to root; processes are not counted for root.",
        ]
      : []),
    "Processor time is shared with everything else on this computer.",
    "The size of the workspace and of a kept home is not limited.",
  ];
}

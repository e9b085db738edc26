/** What is true of every bottle whose workspace is sent to another computer. */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { BottleMount } from "#shared/contract/bottles.ts";
import type { BottleSpec } from "../backend.ts";
import { protectionOf, type ReadGitConfig } from "../protect.ts";

export type Sending = {
  workspace: BottleMount;
  notEnforced: string[];
  /** Paths in the workspace that are not put back. */
  held: string[];
};

/** `where`: the other computer, as the person knows it. */
export async function planSending(
  { workspace: { path } }: BottleSpec,
  where: string,
  readGitConfig: ReadGitConfig,
): Promise<Sending> {
  const protection = await protectionOf(path, readGitConfig);
  const isWorktree = (await lstat(join(path, ".git")).catch(() => null))?.isFile() === true;
  return {
    workspace: {
      from: path,
      to: path,
      access: "read-write",
      what: `workspace: a copy on ${where}, taken back when the bottle ends`,
    },
    held: protection.mounts.filter(({ access }) => access === "read-only").map(({ to }) => to),
    notEnforced: [
      `The workspace and everything in it is sent to ${where}, and whoever runs that computer can read it, and what the program does.`,
      "The program's changes are not seen here while it runs. They are taken back when the bottle ends, where nobody has changed the same meanwhile; the rest is kept in a folder that the bottle's log names.",
      "Certificates are copied: a rule that starts to open a host's TLS while the bottle runs is not trusted inside until the next launch.",
      "The size of what is written inside is not limited; more than 4 GiB are not taken back.",
      ...(isWorktree
        ? ["The workspace is a git worktree, and its repository is not sent: git does not work inside."]
        : protection.notEnforced),
    ],
  };
}

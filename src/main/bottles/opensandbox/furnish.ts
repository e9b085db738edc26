/** What goes into a sandbox before its program starts, and how something is started beside it later. */
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { shellQuote } from "#node/shell-quote.ts";
import { type BottleToStart, guestHome, guestTrust, type InsideCommand } from "../backend.ts";
import { type Tree, treeOf } from "../elsewhere/tree.ts";
import { becomes, checksImage, guestFolder, guestInit, initScript } from "../guest/init.ts";
import { agentUser } from "./enclosure.ts";
import { oncePath, onceScript, pipedPath, pipedScript } from "./piped.ts";
import { files, guestWorkspaceNote } from "./place.ts";
import { guestSkills, type OpenSandboxDetails } from "./plan.ts";
import { filesBelow, runAsRoot, sendFolder, waitForExecd } from "./remote.ts";
import { download, type Target, upload } from "./server.ts";

/** Who runs inside, and with what: for what is started there later. */
const guestAgent = `${guestFolder}/agent.json`;

/** `workspaceTree`: the workspace as it was looked at. */
export async function furnish(
  execd: Target,
  bottle: BottleToStart<OpenSandboxDetails>,
  workspaceTree: Tree,
): Promise<void> {
  const { directory, spec, environment, cwd } = bottle;
  const workspace = spec.workspace.path;
  await waitForExecd(execd);
  await bottle.trusted;
  const [first = "", ...rest] = bottle.argv;
  const agent = { user: agentUser, limits: spec.limits, environment, cwd };
  const argv = [basename(first), ...rest];
  await upload(execd, [
    ...(await filesBelow(join(directory, files.guest), guestFolder)),
    ...(bottle.trust === null ? [] : await filesBelow(bottle.trust, guestTrust)),
    {
      path: guestInit,
      mode: 644,
      content: initScript({ ...agent, argv, prepare: checksImage(false), homeFiles: bottle.homeFiles }),
    },
    { path: guestAgent, mode: 600, content: JSON.stringify(agent) },
    { path: guestWorkspaceNote, mode: 600, content: workspace },
    { path: pipedPath, mode: 644, content: pipedScript },
    { path: oncePath, mode: 644, content: onceScript },
  ]);
  const send = async (from: string, to: string, tree?: Tree) =>
    sendFolder(execd, directory, { from, to, tree: tree ?? (await treeOf(from)) });
  await send(workspace, workspace, workspaceTree);
  if (spec.keptHome !== null) await send(spec.keptHome, guestHome);
  for (const { name, path } of spec.skills) await send(path, `${guestSkills}/${name}`);
  const owner = `${agentUser.uid}:${agentUser.gid}`;
  await runAsRoot(execd, `mkdir -p ${guestHome} && chown -R ${owner} ${guestHome} ${shellQuote(workspace)}`);
}

/** Writes the script that becomes the command, as the agent's user and with its variables; resolves to its name in {@link guestFolder}. */
export async function writeInside(execd: Target, { argv, cwd, environment }: InsideCommand): Promise<string> {
  const chunks: Buffer[] = [];
  await download(execd, guestAgent, (chunk) => void chunks.push(chunk));
  const agent = JSON.parse(Buffer.concat(chunks).toString()) as Parameters<typeof becomes>[0];
  const name = `inside-${randomBytes(6).toString("hex")}`;
  const process = { ...agent, argv, cwd: cwd ?? agent.cwd, environment: { ...agent.environment, ...environment } };
  await upload(execd, [{ path: `${guestFolder}/${name}`, mode: 644, content: becomes(process) }]);
  return name;
}

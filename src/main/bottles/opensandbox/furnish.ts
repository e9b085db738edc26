/** What goes into a sandbox before its program starts, and how something is started beside it later. */
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { shellQuote } from "#node/shell-quote.ts";
import { type BottleToStart, guestHome, guestTrust, type InsideCommand } from "../backend.ts";
import { type Tree, treeOf } from "../elsewhere/tree.ts";
import { becomes, checksImage, guestFolder, guestInit, initScript } from "../guest/init.ts";
import { agentUser } from "./enclosure.ts";
import { oncePath, onceScript, pipedPath, pipedScript } from "./piped.ts";
import { guestWorkspaceNote, files as names } from "./place.ts";
import { guestSkills, type OpenSandboxDetails } from "./plan.ts";
import { filesBelow, runAsRoot, sendAll, waitForExecd } from "./remote.ts";
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
  const files = [
    ...(await filesBelow(join(directory, names.guest), guestFolder)),
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
  ];
  const folders = [
    { from: workspace, to: workspace, tree: workspaceTree },
    ...(spec.keptHome === null ? [] : [{ from: spec.keptHome, to: guestHome, tree: await treeOf(spec.keptHome) }]),
    ...(await Promise.all(
      spec.skills.map(async ({ name, path }) => ({
        from: path,
        to: `${guestSkills}/${name}`,
        tree: await treeOf(path),
      })),
    )),
  ];
  const unpack = await sendAll(execd, directory, { files, folders });
  const owner = `${agentUser.uid}:${agentUser.gid}`;
  const give = `mkdir -p ${guestHome} && chown -R ${owner} ${guestHome} ${shellQuote(workspace)}`;
  await runAsRoot(execd, `${unpack} &&\n${give}`);
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

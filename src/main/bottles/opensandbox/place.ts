/** What is known of a bottle's sandbox without main's memory, and how its work comes back from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "#shared/failure.ts";
import { type EndReport, guestHome } from "../backend.ts";
import { bringBack, type Sent } from "../elsewhere/put-back.ts";
import { guestFolder } from "../guest/init.ts";
import { agentUser } from "./enclosure.ts";
import { fetchFolder, runAsRoot } from "./remote.ts";
import { execdPort, type OpenSandboxServer, type Sandbox, type Target } from "./server.ts";

export type Place = Sent & { sandbox: string };

/** Names of files in a bottle's directory. */
export const files = { guest: "guest", place: "place.json", released: "released" } as const;

export function readPlace(directory: string): Place | null {
  try {
    return JSON.parse(readFileSync(join(directory, files.place), "utf8")) as Place;
  } catch {
    return null;
  }
}

/** Inside: the workspace's path, for when nobody here knows it any more. */
export const guestWorkspaceNote = `${guestFolder}/workspace`;

/** What the program has made comes back; `copy`: see {@link bringBack}. Throws when it cannot be brought, and may be later. */
export async function bringBackFrom(
  server: OpenSandboxServer,
  { id, state }: Sandbox,
  place: Place | null,
  copy: string,
  report: EndReport | undefined,
): Promise<void> {
  if (state === "Running") {
    await endAndBringBack(await server.inside(id, execdPort), place, copy, report);
  } else if (state === "Terminated" || state === "Failed") {
    report?.problem(
      new Failure("failed", `The sandbox ended by itself (${state}), and what the program made in it is lost`),
    );
  } else {
    throw new Failure("unavailable", `The sandbox is ${state}, so what is in it cannot be brought back`, {
      hint: "Let it run again on its server, and close the bottle then.",
    });
  }
}

async function endAndBringBack(
  execd: Target,
  place: Place | null,
  copy: string,
  report: EndReport | undefined,
): Promise<void> {
  await runAsRoot(execd, `setpriv --reuid=${agentUser.uid} --clear-groups -- kill -9 -1`, true);
  const workspace = place?.workspace ?? (await runAsRoot(execd, `cat ${guestWorkspaceNote} 2>/dev/null`, true));
  // Nothing was ever sent to it.
  if (!workspace.startsWith("/")) return;
  const from = (path: string) => (folder: string) => fetchFolder(execd, path, folder);
  await bringBack(place, { workspace: from(workspace), home: from(guestHome) }, copy, report);
}

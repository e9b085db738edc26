/** Leads from a word to the window that shows it. */
import { existsSync, statSync } from "node:fs";
import { openExternally } from "#node/open-externally.ts";
import type { WindowTarget } from "#shared/contract/app.ts";
import { isDeepLink, readDeepLink } from "#shared/deep-link.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { terminalNamed } from "./find.ts";
import { info, warn } from "./output/index.ts";
import { overview } from "./overview.ts";
import type { Session } from "./session.ts";
import { createWorkspace } from "./workspaces/create.ts";
import { looksLikeSource, sourceOf } from "./workspaces/source.ts";

export async function open(session: Session, target: string | undefined, { make }: { make: boolean }): Promise<number> {
  const main = await session.main();
  const show = target === undefined ? null : await targetOf(session, target, make);
  const { url, shown } = await main.call("app.openWindow", show === null ? {} : { show });
  session.result({ url, shown, show }, () => {
    if (shown) info("Shown in the window that is open.");
    else if (url !== null) info(url);
    return "";
  });
  // Electron has brought its window to the front; a browser that has one open shows it there.
  if (url !== null && !shown && !session.json) {
    await openExternally(url).catch((thrown: unknown) =>
      warn(`${problemOf(thrown).message}; open the printed address in a browser`),
    );
  }
  return 0;
}

async function targetOf(session: Session, target: string, make: boolean): Promise<WindowTarget> {
  if (isDeepLink(target)) {
    const read = readDeepLink(target);
    if ("problem" in read) throw new Failure("invalid_input", read.problem);
    return { type: "link", url: target };
  }
  const { entries, workspaces } = await overview(session);
  const workspace = workspaces.find(({ id, name }) => id === target || name === target);
  const terminal = entries.some(({ label, terminal: { id, name } }) => [id, name, label].includes(target));
  if (workspace !== undefined && terminal) {
    throw new Failure("conflict", `'${target}' is a workspace and a terminal`, {
      hint: `Give the id: ${workspace.id}.`,
    });
  }
  if (workspace !== undefined) return { type: "workspace", workspaceId: workspace.id };
  if (terminal) return { type: "terminal", terminalId: terminalNamed(entries, target).terminal.id };
  if (looksLikeSource(target) || isFolder(target)) return sourceTarget(session, target, make);
  throw new Failure("not_found", `there is no workspace, terminal or folder '${target}'`, {
    hint: "cellar ls lists what runs.",
  });
}

async function sourceTarget(session: Session, typed: string, make: boolean): Promise<WindowTarget> {
  const main = await session.main();
  const source = sourceOf(typed);
  const { existing } = await main.call("workspaces.inspect", { source });
  if (existing !== null) return { type: "workspace", workspaceId: existing };
  if (!make) return { type: "newWorkspace", source };
  const { id } = await createWorkspace(session, { source: typed });
  return { type: "workspace", workspaceId: id };
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

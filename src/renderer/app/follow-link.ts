/** A `cellar://` link in the window: it shows what is there, or offers a source to the person. It never does anything by itself. */
import { readDeepLink } from "#shared/deep-link.ts";
import type { Lists } from "../live/index.ts";
import { notice } from "../ui/index.ts";
import { openNewWorkspace, openTerminal, openWorkspace } from "./open.ts";

export async function followLink(url: string, lists: Pick<Lists, "workspaces" | "terminals">): Promise<void> {
  const read = readDeepLink(url);
  if ("problem" in read) return notice({ kind: "failed", text: read.problem });
  const { link } = read;
  if (link.type === "source") return openNewWorkspace({ kind: "link", text: link.source });
  if (link.type === "workspace") {
    if (await has(lists.workspaces, link.workspaceId)) openWorkspace(link.workspaceId);
    else
      notice({
        kind: "failed",
        text: `A link from outside leads to a workspace that is not here: ${link.workspaceId}`,
      });
  } else if (await has(lists.terminals, link.terminalId)) openTerminal(link.terminalId);
  else notice({ kind: "failed", text: `A link from outside leads to a terminal that is not here: ${link.terminalId}` });
}

/** Resolves when the list has come, which at a start may take a moment. */
function has(list: Lists["workspaces"] | Lists["terminals"], id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = list.subscribe(() => check());
    const check = () => {
      const { status, byId } = list.getSnapshot();
      if (status === "loading") return;
      stop();
      resolve(byId.has(id));
    };
    check();
  });
}

/** A `cellar://` link in the window: it shows what is there, or offers a source to the person. It never does anything by itself. */
import { readDeepLink } from "#shared/deep-link.ts";
import { openNewWorkspace, openTerminal, openWorkspace } from "../app/open.ts";
import { type Client, problemFrom } from "../connection/index.ts";
import { notice, noticeProblem } from "../ui/index.ts";

export async function followLink(url: string, client: Client): Promise<void> {
  const read = readDeepLink(url);
  if ("problem" in read) return notice({ kind: "failed", text: read.problem });
  const { link } = read;
  if (link.type === "source") return openNewWorkspace({ kind: "link", text: link.source });
  try {
    // Asked of main: what was made a moment ago may not be in this window's lists yet.
    if (link.type === "workspace") openWorkspace((await client.workspaces.get({ id: link.workspaceId })).id);
    else openTerminal((await client.terminals.get({ id: link.terminalId })).id);
  } catch (thrown) {
    noticeProblem("A link from outside leads nowhere", problemFrom(thrown));
  }
}

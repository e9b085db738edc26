/** Something dropped on a terminal, as the text to insert: paths as its program finds them, quoted for its shell, or the text itself. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { droppedPaths, nameOf } from "../app/dropped-paths.ts";
import type { Connection } from "../connection/index.ts";
import { notice, orNotice } from "../ui/index.ts";
import { quotedPaths } from "./clipboard-text.ts";

/** Empty when there is nothing to insert; why is said. The drop is read at once: its data is gone after the event. */
export function droppedText(
  data: DataTransfer,
  { owner }: Pick<Terminal, "owner">,
  { client, pathOf }: Pick<Connection, "client" | "pathOf">,
): Promise<string> {
  const { paths, problem } = droppedPaths(data, (file) => pathOf(file));
  if (paths.length === 0) {
    if (data.files.length > 0 && problem !== null) notice({ kind: "failed", text: problem });
    return Promise.resolve(data.files.length > 0 ? "" : data.getData("text/plain"));
  }
  if (owner.bottleId === undefined) {
    return Promise.resolve(quotedPaths(paths, navigator.platform.startsWith("Win") ? "win32" : "posix"));
  }
  return broughtIn(paths, owner.bottleId, client);
}

/** In a bottle there are no paths of this computer: what it does not see is copied into it. */
async function broughtIn(paths: readonly string[], id: string, client: Connection["client"]): Promise<string> {
  const inside: string[] = [];
  for (const from of paths) {
    const found = await orNotice(
      `Could not take ${nameOf(from)} into the bottle`,
      client.bottles.bringIn({ id, from }),
    );
    if (found === undefined) continue;
    if (found.copied) notice({ kind: "done", text: `${nameOf(from)} was copied into the bottle, to ${found.path}` });
    inside.push(found.path);
  }
  return quotedPaths(inside, "posix");
}

/** Starts a terminal as the person stands: in the directory they are in, in the size of the terminal they look at. */
import { resolve } from "node:path";
import type { Terminal } from "#shared/contract/terminals.ts";
import { findWorkspace, around as workspaceAround } from "../find.ts";
import type { Session } from "../session.ts";
import { ownTerminalId } from "./own.ts";
import { sizeHere } from "./size.ts";

export type Wanted = {
  name: string | undefined;
  workspace: string | undefined;
  cwd: string | undefined;
  program: readonly string[];
  env: Record<string, string | null>;
};

export async function newTerminal(session: Session, wanted: Wanted): Promise<Terminal> {
  const main = await session.main();
  const workspace = wanted.workspace === undefined ? null : await findWorkspace(session, wanted.workspace);
  const cwd = wanted.cwd ?? (workspace === null ? "." : undefined);
  const directory = cwd === undefined ? undefined : resolve(cwd);
  const around =
    workspace ??
    (directory === undefined ? null : workspaceAround(await main.items("workspaces.watch", {}), directory));
  const parentId = ownTerminalId();
  const size = sizeHere();
  return main.call("terminals.create", {
    ...(wanted.name === undefined ? {} : { name: wanted.name }),
    ...(wanted.program.length === 0 ? {} : { argv: [...wanted.program] }),
    ...(directory === undefined ? {} : { cwd: directory }),
    ...(Object.keys(wanted.env).length === 0 ? {} : { env: wanted.env }),
    ...(size === null ? {} : { size }),
    owner: {
      ...(around === null ? {} : { workspaceId: around.id }),
      ...(parentId === null ? {} : { parentId }),
    },
  });
}

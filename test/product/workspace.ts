/** Workspaces of a product as tests need them: made, and ready. */
import type { Workspace } from "#shared/contract/workspaces.ts";
import { call, type Running } from "./call.ts";
import { eventually } from "./processes.ts";

export async function readyWorkspace(
  product: Running,
  source: string,
  name: string,
  mode: "in-place" | "worktree" = "in-place",
): Promise<Workspace> {
  const { id } = await call(product, "workspaces.create", { source, mode, name });
  return eventually(
    () => call(product, "workspaces.get", { id }),
    ({ state }) => state === "ready",
  );
}

/**
 * Windows by key. `main` is the first; `window-…` are further ones; the key of a workspace's own window is the workspace's id. A window knows its key
 * from the query of its address, in Electron and in a browser alike, and has a layout of its own by it.
 */
export type WindowKey = string;

export const mainWindow: WindowKey = "main";
export const windowKeyPattern = /^(main|window-[0-9a-f]{8}|ws-[0-9a-f]{8})$/;

const ownWorkspacePattern = /^ws-[0-9a-f]{8}$/;

/** The workspace that a window shows alone; null for a window that shows all. */
export function workspaceOfWindow(key: WindowKey): string | null {
  return ownWorkspacePattern.test(key) ? key : null;
}

/** The query of a window's address, with its question mark; empty for the first window. */
export function queryOfWindow(key: WindowKey): string {
  if (key === mainWindow) return "";
  return `?${new URLSearchParams({ [workspaceOfWindow(key) === null ? "window" : "workspace"]: key })}`;
}

/** A query that names no window that there could be is the first window's. */
export function windowOfQuery(query: string): WindowKey {
  const given = new URLSearchParams(query);
  const workspace = given.get("workspace") ?? "";
  if (workspaceOfWindow(workspace) !== null) return workspace;
  const further = given.get("window") ?? "";
  return windowKeyPattern.test(further) ? further : mainWindow;
}

export function newWindowKey(): WindowKey {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return `window-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * How the window is arranged: what is open, how wide, which branches of the tree are unfolded, and the dock's own layout. Kept by main
 * (a browser's own storage would not do: the address, and with it the storage, is another one after every start).
 */
import { create } from "zustand";
import type { Client } from "../connection/index.ts";
import { here } from "../live/place.ts";

export type Layout = {
  sidebarOpen: boolean;
  /** CSS pixels. */
  sidebarWidth: number;
  inspectorOpen: boolean;
  inspectorWidth: number;
  jobsOpen: boolean;
  /** Workspaces whose terminals are folded away. */
  folded: readonly string[];
  /** What the dock gave to remember; it checks it again itself. */
  dock: unknown;
};

export const sidebarLimits = { least: 180, most: 420 };
export const inspectorLimits = { least: 240, most: 560 };

const atFirst: Layout = {
  sidebarOpen: true,
  sidebarWidth: 240,
  inspectorOpen: true,
  inspectorWidth: 300,
  jobsOpen: false,
  folded: [],
  dock: null,
};

export const useLayout = create<Layout>(() => atFirst);

/** Saved so long after the last change: dragging a divider is one change. */
const settleMs = 400;

export async function followLayout(client: Client): Promise<void> {
  // A layout that cannot be read is no reason not to open: the window starts as it does the first time.
  const saved = await client.app.layout({ window: here }).catch(() => ({ layout: null }));
  useLayout.setState(parseLayout(saved.layout));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    void client.app.saveLayout({ window: here, layout: JSON.stringify(useLayout.getState()) }).catch(() => {});
  };
  useLayout.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(save, settleMs);
  });
  window.addEventListener("pagehide", () => {
    if (timer !== undefined) save();
  });
}

/** Whatever of a saved layout still makes sense; the rest is as at first. */
export function parseLayout(saved: string | null): Layout {
  let given: unknown;
  try {
    given = saved === null ? null : JSON.parse(saved);
  } catch {
    given = null;
  }
  if (typeof given !== "object" || given === null) return atFirst;
  const part = given as Record<string, unknown>;
  const flag = (key: "sidebarOpen" | "inspectorOpen" | "jobsOpen") =>
    typeof part[key] === "boolean" ? part[key] : atFirst[key];
  const width = (key: "sidebarWidth" | "inspectorWidth", limits: { least: number; most: number }) =>
    typeof part[key] === "number" ? clamp(part[key], limits) : atFirst[key];
  return {
    sidebarOpen: flag("sidebarOpen"),
    sidebarWidth: width("sidebarWidth", sidebarLimits),
    inspectorOpen: flag("inspectorOpen"),
    inspectorWidth: width("inspectorWidth", inspectorLimits),
    jobsOpen: flag("jobsOpen"),
    folded: Array.isArray(part["folded"]) ? part["folded"].filter((id) => typeof id === "string") : [],
    dock: part["dock"] ?? null,
  };
}

export function clamp(value: number, limits: { least: number; most: number }): number {
  return Math.min(Math.max(Math.round(value), limits.least), limits.most);
}

/** For the dock: what to start from, and what to remember. Both are JSON. */
export function savedDock(): unknown {
  return useLayout.getState().dock;
}
export function rememberDock(dock: unknown): void {
  useLayout.setState({ dock });
}

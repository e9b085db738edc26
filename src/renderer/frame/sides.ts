/**
 * The two sides of the window. With room they stand beside the middle, and whether they are open is remembered; in a narrow window a
 * side lies over the middle for as long as it is needed, which is not remembered.
 */
import { useSyncExternalStore } from "react";
import { create } from "zustand";
import { useLayout } from "../app/layout.ts";

export type Side = "sidebar" | "inspector";

/** CSS pixels of window below which the side lies over the middle. */
const needs: Record<Side, number> = { sidebar: 700, inspector: 900 };

const useOver = create<{ over: Side | null }>(() => ({ over: null }));

const queryOf = (side: Side) => window.matchMedia(`(max-width: ${needs[side] - 1}px)`);

export function useNarrow(side: Side): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = queryOf(side);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => queryOf(side).matches,
  );
}

export function useShown(side: Side): boolean {
  const over = useOver((state) => state.over === side);
  const open = useLayout((layout) => (side === "sidebar" ? layout.sidebarOpen : layout.inspectorOpen));
  return useNarrow(side) ? over : open;
}

export function showSide(side: Side, shown: boolean): void {
  if (queryOf(side).matches) useOver.setState({ over: shown ? side : null });
  else useLayout.setState(side === "sidebar" ? { sidebarOpen: shown } : { inspectorOpen: shown });
}

export function toggleSide(side: Side): void {
  const { sidebarOpen, inspectorOpen } = useLayout.getState();
  const open = side === "sidebar" ? sidebarOpen : inspectorOpen;
  showSide(side, queryOf(side).matches ? useOver.getState().over !== side : !open);
}

/** What was asked for from a side that lies over the middle is in the middle now. */
export function hideOver(): void {
  if (useOver.getState().over !== null) useOver.setState({ over: null });
}

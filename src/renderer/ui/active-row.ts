/** A list with one tab stop: one of its rows is active, and keys move which. */
import { type RefObject, useRef, useState } from "react";
import type { VirtualRowsHandle } from "./virtual-rows.tsx";

export type ActiveRow = {
  /** Index of the active row; 0 until one was chosen, and when that one is gone. */
  active: number;
  setActiveId: (id: string) => void;
  /** To the row at this index or the nearest there is, which comes into sight. */
  go: (index: number) => void;
  /** What keys do, by their names. */
  moves: Readonly<Record<"ArrowDown" | "ArrowUp" | "Home" | "End" | "PageDown" | "PageUp", () => void>>;
  /** For the rows. */
  handle: RefObject<VirtualRowsHandle | null>;
};

/** `page`: how many rows PageUp and PageDown pass. */
export function useActiveRow(ids: readonly string[], page: number): ActiveRow {
  const [activeId, setActiveId] = useState<string | null>(null);
  const handle = useRef<VirtualRowsHandle>(null);
  const active = Math.max(0, ids.indexOf(activeId ?? ""));
  const go = (index: number) => {
    const next = Math.min(Math.max(index, 0), ids.length - 1);
    const id = ids[next];
    if (id === undefined) return;
    setActiveId(id);
    handle.current?.reveal(next);
  };
  const moves = {
    ArrowDown: () => go(active + 1),
    ArrowUp: () => go(active - 1),
    Home: () => go(0),
    End: () => go(ids.length - 1),
    PageDown: () => go(active + page),
    PageUp: () => go(active - page),
  };
  return { active, setActiveId, go, moves, handle };
}

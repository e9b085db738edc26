/** The output of a cell in a panel of its own, for reading what does not fit beside the terminal. */
import { SquareTerminal } from "lucide-react";
import { lazy } from "react";
import { definePanel } from "../dock/panels.tsx";

export const cellPanel = definePanel<{ cellId: string }>({
  kind: "cell",
  identity: ({ cellId }) => cellId,
  parse: (saved) => {
    const cellId = (saved as { cellId?: unknown } | null)?.cellId;
    return typeof cellId === "string" && /^[0-9a-f]{12}$/.test(cellId) ? { cellId } : null;
  },
  useTitle: ({ cellId }) => `Output of cell ${cellId}`,
  Body: lazy(() => import("./cell-screen.tsx")),
  Tab: ({ params: { cellId } }) => (
    <>
      <SquareTerminal size={13} aria-hidden className="flex-none text-faint" />
      <span className="truncate">cell {cellId.slice(0, 6)}</span>
    </>
  ),
});

/** One cell as a panel: its code and the whole output. */
import { useQuery } from "@tanstack/react-query";
import { cellStatus } from "#shared/states.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import type { PanelProps } from "../dock/panels.tsx";
import { ProblemNote, StateLine } from "../ui/index.ts";
import { OutputViewer } from "./output-viewer.tsx";

export default function CellScreen({ params: { cellId } }: PanelProps<{ cellId: string }>) {
  const client = useClient();
  const { data: cell, error } = useQuery({
    queryKey: ["cell", cellId],
    queryFn: () => client.cells.get({ id: cellId }),
  });
  if (error) {
    return (
      <div className="p-3">
        <ProblemNote problem={problemFrom(error)} />
      </div>
    );
  }
  if (cell === undefined) return null;
  return (
    <section aria-label={`Cell ${cellId}`} className="flex h-full flex-col gap-2 bg-panel p-3">
      <div className="flex items-center gap-3">
        <StateLine status={cellStatus(cell)} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre tabIndex={0} className="max-h-24 min-w-0 flex-1 select-text overflow-auto font-mono text-muted text-sm">
          {cell.code}
        </pre>
      </div>
      <div className="min-h-0 flex-1">
        <OutputViewer cell={cell} fill />
      </div>
    </section>
  );
}

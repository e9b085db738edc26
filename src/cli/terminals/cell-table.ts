/** Cells as a table. */
import type { Cell } from "#shared/contract/cells.ts";
import { cellStatus } from "#shared/states.ts";
import { duration } from "#shared/time.ts";
import { type Look, statusCell, table } from "../table.ts";
import { when } from "../words.ts";

export function cellTable(cells: readonly Cell[], look: Look): string[] {
  return table(
    [
      { title: "STATE" },
      { title: "TIME" },
      { title: "TOOK", right: true },
      { title: "CODE", flexible: true },
      { title: "ID" },
    ],
    cells.map((cell) => {
      const status = cellStatus(cell);
      return [
        statusCell(status),
        when(status),
        cell.durationMs === null ? "" : duration(cell.durationMs),
        cell.code,
        { text: cell.id, tone: "muted" },
      ];
    }),
    look,
  );
}

/** How `k history` and `k watch` show lines and events (features AT-20). Colours also when nobody sees them: scripts match on them. */
import type { CellEvent } from "#shared/contract/cells.ts";
import type { HistoryLine } from "../cells/cell-terminal.ts";
import { isContinuation } from "../cells/echo.ts";
import { TextModel } from "../cells/text-model.ts";

export function dim(text: string): string {
  return `\x1b[2m${text}\x1b[0m`;
}

export function shownLine(line: HistoryLine): string | null {
  return line.type === "output" ? line.text : shownEvent(line.event);
}

/** Null for events that are not shown. */
function shownEvent(event: CellEvent): string | null {
  switch (event.type) {
    case "notify":
      return `\x1b[33m📢 ${event.message}\x1b[0m \x1b[2m(${event.from})\x1b[0m`;
    case "fired":
      return `\x1b[2;36m── ${event.cell.id.slice(0, 8)} ──\x1b[0m`;
    case "done":
      return "\x1b[2;32m── ✓ ──\x1b[0m";
    default:
      return null;
  }
}

/** Output as it arrives, line by line: each is shown once it has ended, blank ones, continuations and repeats are not. */
export class LiveLines {
  readonly #model: TextModel;
  readonly #show: (line: string) => void;
  #previous: string | null = null;

  constructor(show: (line: string) => void) {
    this.#show = show;
    this.#model = new TextModel({
      settle: (text) => {
        for (const line of text.slice(0, -1).split("\n")) this.#line(line);
      },
      rows: 1,
      columns: () => 10_000,
      returnToRow: () => false,
    });
  }

  write(bytes: Uint8Array): void {
    this.#model.write(bytes);
  }

  event(event: CellEvent): void {
    const line = shownEvent(event);
    if (line !== null) this.#print(line);
  }

  /** The last line, which had no end of its own. */
  finish(): void {
    for (const line of this.#model.drain()) this.#line(line);
  }

  #line(line: string): void {
    const text = line.trimEnd();
    if (text !== "" && !isContinuation(text.trim())) this.#print(text);
  }

  #print(line: string): void {
    if (line === this.#previous) return;
    this.#previous = line;
    this.#show(line);
  }
}

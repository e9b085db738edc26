/** The filtered view of a terminal's output that `k history` and `k watch` show (features AT-20): lines without codes, blanks and repeats. */
import type { HistoryLine, HistoryMark } from "./cell-terminal.ts";
import { isContinuation } from "./echo.ts";
import { TextModel } from "./text-model.ts";

/** `offset` is that of the first byte; marks outside of the bytes are left out. Neighbouring lines that are equal are shown once. */
export function historyOf(offset: number, bytes: Uint8Array, marks: HistoryMark[]): HistoryLine[] {
  const shown: HistoryLine[] = [];
  let previous: string | null = null;
  const show = (line: string) => {
    const text = line.trimEnd();
    if (text === "" || isContinuation(text.trim())) return;
    if (text.trim() === previous) return;
    previous = text.trim();
    shown.push({ type: "output", text });
  };
  const model = new TextModel({
    settle: (text) => text.slice(0, -1).split("\n").forEach(show),
    rows: 100,
    columns: () => 10_000,
    returnToRow: () => false,
  });
  let at = 0;
  for (const mark of marks) {
    const end = mark.offset - offset;
    if (end < at || end > bytes.length) continue;
    // Only whole lines before the event: the one in which it happened is shown behind it, unbroken.
    const feed = bytes.subarray(at, end).lastIndexOf(0x0a);
    if (feed !== -1) {
      model.write(bytes.subarray(at, at + feed + 1));
      at += feed + 1;
      const lines = model.drain();
      lines.forEach(show);
    }
    previous = null;
    shown.push({ type: "event", event: mark.event });
  }
  model.write(bytes.subarray(at));
  model.drain().forEach(show);
  return shown;
}

/** What one `poll` answers, and whether it uses the result up (features AT-18, 2.5). */
import type { PollResult } from "../protocol.ts";
import type { CellRecord } from "./cell-terminal.ts";

export type PollQuestion = {
  /** The cell asked for, or the active one; null when none was named and none is active. */
  id: string | null;
  label: string;
  /** Null when this terminal has no such cell. */
  record: CellRecord | null;
  output: (cellId: string) => string;
  consume: (record: CellRecord) => void;
};

/** Errors that come out of a result are handed out as `k` does with result files: with exit code 0. */
const resultErrors = new Set(["interrupted"]);

export function pollRecord(question: PollQuestion): PollResult {
  const { id, record } = question;
  if (id === null) return failed(null, `no active cell on '${question.label}'`);
  if (record === null) return failed(id, "unknown cell");
  const measured = { exitCode: record.exitCode, durationMs: record.durationMs, truncated: record.truncated };
  if (record.state === "running") {
    return { cellId: id, status: "running", output: null, ok: true, ...measured };
  }
  if (!record.pollable) {
    if (record.state !== "timeout") return failed(id, "unknown cell");
    return { cellId: id, status: "timeout", output: "use k int or k kill", ok: false, ...measured };
  }
  const error = record.error ?? "";
  const answer: PollResult =
    record.state === "done"
      ? { cellId: id, status: "done", output: question.output(id), ok: true, ...measured }
      : record.state === "timeout"
        ? { cellId: id, status: "timeout", output: "", ok: true, ...measured }
        : { cellId: id, status: "error", output: error, ok: resultErrors.has(error), ...measured };
  try {
    question.consume(record);
  } catch {
    // The result stays: what cannot be marked as handed out is not handed out.
    return failed(id, "lock update failed; use k int or k kill");
  }
  return answer;
}

function failed(cellId: string | null, message: string): PollResult {
  return { cellId, status: "error", output: message, ok: false, exitCode: null, durationMs: null, truncated: false };
}

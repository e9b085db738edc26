/** A cell's record: as it begins, and as everyone may see it. */
import { randomBytes } from "node:crypto";
import type { Cell } from "#shared/contract/cells.ts";
import type { CellRecord, Submission } from "./cell-terminal.ts";

/** How much of the code a record keeps. */
const recordedCodeBytes = 64 * 1024;

export function newRecord(submission: Submission, code: string, end: Cell["end"], pollable: boolean): CellRecord {
  const bytes = Buffer.byteLength(code);
  return {
    id: randomBytes(6).toString("hex"),
    terminalId: submission.terminalId,
    code: bytes <= recordedCodeBytes ? code : firstBytes(code, recordedCodeBytes),
    codeBytes: bytes,
    via: submission.via,
    state: "running",
    error: null,
    end,
    exitCode: null,
    limitSeconds: submission.limitSeconds,
    startedAt: new Date().toISOString(),
    endedAt: null,
    durationMs: null,
    cwd: null,
    outputBytes: 0,
    truncated: false,
    pollable,
  };
}

function firstBytes(text: string, bytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read);
}

/** The record as everyone may see it. */
export function publicCell(record: CellRecord): Cell {
  const { pollable: _, ...cell } = record;
  return cell;
}

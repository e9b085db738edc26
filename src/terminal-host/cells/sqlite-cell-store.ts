/** Cells in terminals.db: one row each, the output in pieces beside it, and the events that a terminal's history shows. */
import type { Database } from "#node/store/index.ts";
import type { CellRecord, CellStore, HistoryMark } from "./cell-terminal.ts";

/** A step of terminals.db's schema. */
export const cellsSchema = `
  CREATE TABLE cells (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    terminal_id TEXT NOT NULL,
    state TEXT NOT NULL,
    output_bytes INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX cells_of_terminal ON cells (terminal_id, number);
  CREATE INDEX cells_unresolved ON cells (state) WHERE state IN ('running', 'timeout');
  CREATE TABLE cell_output (
    cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (cell_id, start)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE cell_marks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    terminal_id TEXT NOT NULL,
    offset INTEGER NOT NULL,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX cell_marks_of_terminal ON cell_marks (terminal_id, number);`;

/** Of one terminal the newest cells are kept: at most so many, with at most so many bytes of output together. */
const keptCells = 1_000;
const keptOutputBytes = 256 * 1024 * 1024;
/** How often old cells are looked for. */
const pruneEvery = 64;
const keptMarks = 1_000;

/** The database is open with foreign keys on and has {@link cellsSchema}. */
export function sqliteCellStore(database: Database.Database): CellStore {
  const upsert = database.prepare(
    `INSERT INTO cells (id, terminal_id, state, output_bytes, record) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, output_bytes = excluded.output_bytes, record = excluded.record`,
  );
  const addOutput = database.prepare("INSERT OR REPLACE INTO cell_output VALUES (?, ?, ?, ?)");
  const one = database.prepare<[string], Row>("SELECT record FROM cells WHERE id = ?");
  const ofTerminal = database.prepare<[string, number], Row>(
    "SELECT record FROM cells WHERE terminal_id = ? ORDER BY number DESC LIMIT ?",
  );
  const ofAll = database.prepare<[number], Row>("SELECT record FROM cells ORDER BY number DESC LIMIT ?");
  const open = database.prepare<[], Row>(
    "SELECT record FROM cells WHERE state IN ('running', 'timeout') ORDER BY number",
  );
  const pieces = database.prepare<[string, number, number], { start: number; text: string }>(
    "SELECT start, text FROM cell_output WHERE cell_id = ? AND start + length > ? AND start < ? ORDER BY start",
  );
  const outputEnd = database.prepare<[string], { end: number | null }>(
    "SELECT max(start + length) AS end FROM cell_output WHERE cell_id = ?",
  );
  const prune = database.prepare(
    `DELETE FROM cells WHERE state NOT IN ('running', 'timeout') AND number IN (
       SELECT number FROM (
         SELECT number, row_number() OVER newest AS place, sum(output_bytes) OVER newest AS bytes
         FROM cells WHERE terminal_id = ? WINDOW newest AS (ORDER BY number DESC))
       WHERE place > 1 AND (place > ${keptCells} OR bytes > ${keptOutputBytes}))`,
  );
  const addMark = database.prepare("INSERT INTO cell_marks (terminal_id, offset, event) VALUES (?, ?, ?)");
  const pruneMarks = database.prepare(
    `DELETE FROM cell_marks WHERE terminal_id = @terminalId AND number <= (
       SELECT number FROM cell_marks WHERE terminal_id = @terminalId ORDER BY number DESC LIMIT 1 OFFSET ${keptMarks})`,
  );
  const marks = database.prepare<[string, number], { offset: number; event: string }>(
    "SELECT offset, event FROM cell_marks WHERE terminal_id = ? AND offset >= ? ORDER BY number",
  );
  const removeCells = database.prepare("DELETE FROM cells WHERE terminal_id = ?");
  const removeMarks = database.prepare("DELETE FROM cell_marks WHERE terminal_id = ?");
  let saves = 0;

  const append = (cellId: string, from: number, text: string): void => {
    if (text !== "") addOutput.run(cellId, from, text.length, text);
  };
  const save = database.transaction((record: CellRecord, output?: { from: number; text: string }) => {
    upsert.run(record.id, record.terminalId, record.state, record.outputBytes, JSON.stringify(record));
    if (output) append(record.id, output.from, output.text);
    if (++saves % pruneEvery === 0 || record.outputBytes > keptOutputBytes / pruneEvery) prune.run(record.terminalId);
  });
  const remove = database.transaction((terminalId: string) => {
    removeCells.run(terminalId);
    removeMarks.run(terminalId);
  });

  return {
    save: (record, output) => save(record, output),
    appendOutput: append,
    get: (cellId) => recordOf(one.get(cellId)),
    list: (terminalId, limit) =>
      (terminalId === null ? ofAll.all(limit) : ofTerminal.all(terminalId, limit)).map((row) => recordOf(row)!),
    unresolved: () => open.all().map((row) => recordOf(row)!),
    readOutput(cellId, from, length) {
      const end = Math.min(from + length, Number.MAX_SAFE_INTEGER);
      const found = pieces.all(cellId, from, end);
      const text = found.map((piece) => piece.text).join("");
      const skip = found.length === 0 ? 0 : from - found[0]!.start;
      return { text: text.slice(skip, skip + length), totalLength: outputEnd.get(cellId)?.end ?? 0 };
    },
    addMark(mark) {
      const { lastInsertRowid } = addMark.run(mark.terminalId, mark.offset, JSON.stringify(mark.event));
      if (Number(lastInsertRowid) % pruneEvery === 0) pruneMarks.run({ terminalId: mark.terminalId });
    },
    marks: (terminalId, fromOffset) =>
      marks.all(terminalId, fromOffset).map((row) => ({
        terminalId,
        offset: row.offset,
        event: JSON.parse(row.event) as HistoryMark["event"],
      })),
    removeTerminal: (terminalId) => remove(terminalId),
  };
}

type Row = { record: string };

function recordOf(row: Row | undefined): CellRecord | null {
  return row === undefined ? null : (JSON.parse(row.record) as CellRecord);
}

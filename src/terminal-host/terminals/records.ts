/** Terminal records in `terminals.db`. */
import type { Database } from "#node/store/index.ts";
import type { Terminal } from "#shared/contract/terminals.ts";

/** What is kept of a terminal. The held cell is the cell engine's to know. */
export type TerminalRecord = Omit<Terminal, "heldCellId" | "olderVersion"> & {
  /** Start time of the process as the system counts it; null when unknown. */
  pidStarted: string | null;
};

type Row = { [column: string]: string | number | null };

const columns = [
  ...[
    "id",
    "name",
    "title",
    "command",
    "argv",
    "cwd",
    "current_cwd",
    "state",
    "pid",
    "pid_started",
    "exit_code",
    "cols",
  ],
  ...["rows", "bytes_out", "lines_out", "last_line", "truncated", "owner", "cell_end", "integrated", "restarted_from"],
  ...["created_at", "updated_at", "resolved_at"],
];

export class TerminalRecords {
  readonly #database: Database.Database;
  readonly #save: Database.Statement<[Row]>;
  readonly #some: Database.Statement<[string]>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#some = database.prepare("SELECT * FROM terminals WHERE id IN (SELECT value FROM json_each(?))");
    this.#save = database.prepare(
      `INSERT INTO terminals (${columns.join(", ")}) VALUES (${columns.map((name) => `@${name}`).join(", ")})
       ON CONFLICT (id) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    );
  }

  all(): TerminalRecord[] {
    const rows = this.#database.prepare("SELECT * FROM terminals ORDER BY created_at, id").all() as Row[];
    return rows.map(fromRow);
  }

  /** Those of these ids that are still there. */
  some(ids: readonly string[]): TerminalRecord[] {
    const rows = this.#some.all(JSON.stringify(ids)) as Row[];
    return rows.map(fromRow);
  }

  save(...records: TerminalRecord[]): void {
    this.#database.transaction(() => {
      for (const record of records) this.#save.run(toRow(record));
    })();
  }

  remove(id: string): void {
    this.#database.prepare("DELETE FROM terminals WHERE id = ?").run(id);
  }
}

function toRow(record: TerminalRecord): Row {
  return {
    id: record.id,
    name: record.name,
    title: record.title,
    command: record.command,
    argv: record.argv && JSON.stringify(record.argv),
    cwd: record.cwd,
    current_cwd: record.currentCwd,
    state: record.state,
    pid: record.pid,
    pid_started: record.pidStarted,
    exit_code: record.exitCode,
    cols: record.size.cols,
    rows: record.size.rows,
    bytes_out: record.bytesOut,
    lines_out: record.linesOut,
    last_line: record.lastLine,
    truncated: record.truncated ? 1 : 0,
    owner: JSON.stringify(record.owner),
    cell_end: JSON.stringify(record.cellEnd),
    integrated: record.integrated ? 1 : 0,
    restarted_from: record.restartedFrom,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    resolved_at: record.resolvedAt,
  };
}

function fromRow(row: Row): TerminalRecord {
  const text = (name: string): string => row[name] as string;
  const optional = (name: string): string | null => row[name] as string | null;
  const number = (name: string): number => row[name] as number;
  return {
    id: text("id"),
    name: optional("name"),
    title: text("title"),
    command: text("command"),
    argv: row["argv"] === null ? null : (JSON.parse(text("argv")) as string[]),
    cwd: optional("cwd"),
    currentCwd: optional("current_cwd"),
    state: text("state") as TerminalRecord["state"],
    pid: row["pid"] as number | null,
    pidStarted: optional("pid_started"),
    exitCode: row["exit_code"] as number | null,
    size: { cols: number("cols"), rows: number("rows") },
    bytesOut: number("bytes_out"),
    linesOut: number("lines_out"),
    lastLine: text("last_line"),
    truncated: row["truncated"] === 1,
    owner: JSON.parse(text("owner")) as TerminalRecord["owner"],
    cellEnd: JSON.parse(text("cell_end")) as TerminalRecord["cellEnd"],
    integrated: row["integrated"] === 1,
    restartedFrom: optional("restarted_from"),
    createdAt: text("created_at"),
    updatedAt: text("updated_at"),
    resolvedAt: optional("resolved_at"),
  };
}

/** Launches in cellar.db. A row is written before the program starts, so that a crash in between leaves a trace and not a riddle. */
import type { Database } from "#node/store/index.ts";
import type { Launch } from "#shared/contract/launches.ts";

/** This domain's part of the schema of cellar.db. */
export const launchesSchema = `
  CREATE TABLE launches (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    program_id TEXT NOT NULL,
    program_name TEXT NOT NULL,
    isolation TEXT NOT NULL CHECK (isolation IN ('none')),
    terminal_id TEXT,
    conversation_id TEXT,
    resumed_from TEXT,
    prompt TEXT NOT NULL CHECK (prompt IN ('none', 'waiting', 'given', 'failed')),
    arguments TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX launches_by_workspace ON launches (workspace_id);
`;

/** The token that a launched program is given in its environment, as a digest: it outlives main as the program does. */
export const launchTokensSchema = `
  ALTER TABLE launches ADD COLUMN token_digest TEXT;
  CREATE UNIQUE INDEX launches_by_token ON launches (token_digest);
`;

/** What a launch may drive through MCP, and whether its program was told of Cellar's MCP server. */
export const launchReachSchema = `
  ALTER TABLE launches ADD COLUMN reach TEXT NOT NULL DEFAULT 'workspace' CHECK (reach IN ('workspace', 'all'));
  ALTER TABLE launches ADD COLUMN drives_terminals INTEGER NOT NULL DEFAULT 0;
`;

/** A launch may be in a bottle: the table is made anew without the old list of isolations. */
export const launchIsolationSchema = `
  CREATE TABLE launches_with_isolation (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    program_id TEXT NOT NULL,
    program_name TEXT NOT NULL,
    isolation TEXT NOT NULL,
    terminal_id TEXT,
    conversation_id TEXT,
    resumed_from TEXT,
    prompt TEXT NOT NULL CHECK (prompt IN ('none', 'waiting', 'given', 'failed')),
    arguments TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    token_digest TEXT,
    reach TEXT NOT NULL DEFAULT 'workspace' CHECK (reach IN ('workspace', 'all')),
    drives_terminals INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO launches_with_isolation SELECT id, workspace_id, program_id, program_name, isolation, terminal_id, conversation_id,
    resumed_from, prompt, arguments, settled, created_at, token_digest, reach, drives_terminals FROM launches;
  DROP TABLE launches;
  ALTER TABLE launches_with_isolation RENAME TO launches;
  CREATE INDEX launches_by_workspace ON launches (workspace_id);
  CREATE UNIQUE INDEX launches_by_token ON launches (token_digest);
`;

/** Where in its workspace a launch was started. */
export const launchFolderSchema = "ALTER TABLE launches ADD COLUMN folder TEXT NOT NULL DEFAULT ''";

/** What is kept beside the contract's record: the person's own arguments, and whether the end of the program has been looked at. */
export type LaunchRecord = Omit<Launch, "terminalId"> & {
  /** Null between the row and the terminal. */
  terminalId: string | null;
  arguments: string[];
  settled: boolean;
  /** Null for a launch of a Cellar that gave no tokens yet. */
  tokenDigest: string | null;
};

type Row = {
  id: string;
  workspace_id: string;
  program_id: string;
  program_name: string;
  isolation: Launch["isolation"];
  folder: string;
  terminal_id: string | null;
  conversation_id: string | null;
  resumed_from: string | null;
  prompt: Launch["prompt"];
  arguments: string;
  settled: number;
  token_digest: string | null;
  reach: Launch["reach"];
  drives_terminals: number;
  created_at: string;
};

export class LaunchStore {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  all(): LaunchRecord[] {
    return (this.#database.prepare("SELECT * FROM launches ORDER BY created_at, rowid").all() as Row[]).map(recordOf);
  }

  save(record: LaunchRecord): void {
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO launches (id, workspace_id, program_id, program_name, isolation, folder, terminal_id, conversation_id,
           resumed_from, prompt, arguments, settled, token_digest, reach, drives_terminals, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        record.id,
        record.workspaceId,
        record.programId,
        record.programName,
        record.isolation,
        record.folder,
        record.terminalId,
        record.conversationId,
        record.resumedFrom,
        record.prompt,
        JSON.stringify(record.arguments),
        record.settled ? 1 : 0,
        record.tokenDigest,
        record.reach,
        record.drivesTerminals ? 1 : 0,
        record.createdAt,
      );
  }

  remove(id: string): void {
    this.#database.prepare("DELETE FROM launches WHERE id = ?").run(id);
  }
}

function recordOf(row: Row): LaunchRecord {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    programId: row.program_id,
    programName: row.program_name,
    isolation: row.isolation,
    folder: row.folder,
    terminalId: row.terminal_id,
    conversationId: row.conversation_id,
    resumedFrom: row.resumed_from,
    prompt: row.prompt,
    arguments: JSON.parse(row.arguments) as string[],
    settled: row.settled === 1,
    tokenDigest: row.token_digest,
    reach: row.reach,
    drivesTerminals: row.drives_terminals === 1,
    createdAt: row.created_at,
  };
}

/** The contract's record of one that has a terminal. */
export function launchOf({
  arguments: _,
  settled: __,
  tokenDigest: ___,
  terminalId,
  ...rest
}: LaunchRecord): Launch | null {
  return terminalId === null ? null : { ...rest, terminalId };
}

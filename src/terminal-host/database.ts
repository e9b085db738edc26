/** `terminals.db`: the records of terminals and cells. Owned by the terminal host alone. */
import type { Migration } from "#node/store/index.ts";
import { cellsSchema } from "./cells/sqlite-cell-store.ts";

export const migrations: readonly Migration[] = [
  `CREATE TABLE terminals (
     id TEXT PRIMARY KEY,
     name TEXT,
     title TEXT NOT NULL,
     command TEXT NOT NULL,
     argv TEXT,
     cwd TEXT,
     current_cwd TEXT,
     state TEXT NOT NULL,
     pid INTEGER,
     -- Together with the pid it says which process is meant, also after the pid was given to another one.
     pid_started TEXT,
     exit_code INTEGER,
     cols INTEGER NOT NULL,
     rows INTEGER NOT NULL,
     bytes_out INTEGER NOT NULL,
     lines_out INTEGER NOT NULL,
     last_line TEXT NOT NULL,
     truncated INTEGER NOT NULL,
     owner TEXT NOT NULL,
     cell_end TEXT NOT NULL,
     integrated INTEGER NOT NULL,
     restarted_from TEXT,
     created_at TEXT NOT NULL,
     updated_at TEXT NOT NULL,
     resolved_at TEXT
   ) STRICT;`,
  cellsSchema,
];

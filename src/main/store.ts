/** cellar.db: one file for everything main keeps. Each domain brings its part of the schema. */
import { type Migration, openStore, type Store } from "#node/store/index.ts";
import { jobsSchema } from "./jobs/index.ts";
import { launchesSchema } from "./launches/index.ts";
import { programsSchema } from "./programs/index.ts";
import { workspacesSchema } from "./workspaces/index.ts";

/** In the order they came to be. A released step is never changed: what is to be different later is a step of its own. */
const migrations: readonly Migration[] = [jobsSchema, workspacesSchema, programsSchema, launchesSchema];

/** Throws a Failure when the file belongs to a newer Cellar or cannot be used; see `openStore`. */
export function openCellarStore(path: string): Store {
  return openStore({ path, migrations });
}

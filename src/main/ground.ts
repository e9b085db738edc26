/** What every domain of main is composed on. A domain's `compose.ts` takes of it what it needs, beside the domains it is handed. */
import type { Git } from "#node/git/index.ts";
import type { Log } from "#node/log.ts";
import type { CellarPaths } from "#node/paths.ts";
import type { Database } from "#node/store/index.ts";
import type { Subprocesses } from "#node/subprocess.ts";
import type { Desktop } from "./desktop.ts";
import type { Endings } from "./endings.ts";
import type { SettingsService } from "./settings/index.ts";

export type Ground = {
  readonly paths: CellarPaths;
  readonly desktop: Desktop;
  /** Of this Cellar. */
  readonly version: string;
  /** False: the person's own agent programs, providers and manifests are left alone. */
  readonly ownExtensions: boolean;
  readonly log: Log;
  readonly logPath: string;
  /** Notes what went wrong where nobody waits for an answer. */
  readonly failed: (error: unknown, what: string) => void;
  readonly settings: SettingsService;
  /** `cellar.db`. */
  readonly database: Database.Database;
  readonly subprocesses: Subprocesses;
  readonly git: Git;
  /** What happened to the home's files when they were opened, in sentences. */
  readonly notices: readonly string[];
  /** Each thing that has to be ended is added as soon as it is there. */
  readonly endings: Endings;
};

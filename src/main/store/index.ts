/** cellar.db: one file for all domains of main, each of which says its own tables. */
import type { CellarPaths } from "#node/paths.ts";
import { openStore, type Store } from "#node/store/index.ts";
import { bottlesSchema } from "../bottles/index.ts";
import { brokerLedgerSchema, brokerSchema } from "../broker/index.ts";
import { gatewayDecisionsSchema, gatewayRulesSchema } from "../gateway/index.ts";
import { gitGateSchema } from "../git-gate/index.ts";
import { jobsSchema } from "../jobs/index.ts";
import {
  launchesSchema,
  launchFolderSchema,
  launchIsolationSchema,
  launchReachSchema,
  launchTokensSchema,
} from "../launches/index.ts";
import { notificationActionsSchema, notificationStateSchema, notificationsSchema } from "../notifications/index.ts";
import { programsSchema } from "../programs/index.ts";
import { superviseSchema } from "../supervise/index.ts";
import { workspacesSchema } from "../workspaces/index.ts";

/** Forward only: a step is never changed once it was released; what changes a domain's tables is appended. */
const migrations = [
  jobsSchema,
  workspacesSchema,
  programsSchema,
  launchesSchema,
  notificationsSchema,
  launchTokensSchema,
  launchReachSchema,
  launchIsolationSchema,
  bottlesSchema,
  brokerSchema,
  gatewayRulesSchema,
  gatewayDecisionsSchema,
  brokerLedgerSchema,
  superviseSchema,
  gitGateSchema,
  notificationActionsSchema,
  notificationStateSchema,
  launchFolderSchema,
];

export function openCellarStore(paths: CellarPaths): Store {
  return openStore({ path: paths.database, migrations });
}

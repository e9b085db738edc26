/** The one contract: the server, the window's client, the command line and the reference are all derived from it. */
import { activities } from "./activities.ts";
import { app } from "./app.ts";
import { bottles } from "./bottles.ts";
import { broker } from "./broker.ts";
import { cells } from "./cells.ts";
import { crashReports } from "./crash-reports.ts";
import { gateway } from "./gateway.ts";
import { gitGate } from "./git-gate.ts";
import { jobs } from "./jobs.ts";
import { launches } from "./launches.ts";
import { mcp } from "./mcp.ts";
import { notifications } from "./notifications.ts";
import { programs } from "./programs.ts";
import { settingsContract } from "./settings.ts";
import { supervise } from "./supervise.ts";
import { terminals } from "./terminals.ts";
import { updates } from "./updates.ts";
import { vault } from "./vault.ts";
import { workspaces } from "./workspaces.ts";

export const contract = {
  app,
  activities,
  terminals,
  cells,
  jobs,
  workspaces,
  programs,
  launches,
  bottles,
  mcp,
  crashReports,
  notifications,
  vault,
  gateway,
  broker,
  supervise,
  gitGate,
  updates,
  settings: settingsContract,
};
export type Contract = typeof contract;

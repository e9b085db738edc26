/** What agents ask the person for, and their part in a bottle. Bottles and MCP are made later, and asked when they are needed. */
import { join } from "node:path";
import type { Bottles } from "../bottles/index.ts";
import type { Gateways } from "../gateway/index.ts";
import type { Ground } from "../ground.ts";
import type { Launches } from "../launches/index.ts";
import type { Mcp } from "../mcp/index.ts";
import { BottleSupervise } from "./bottle-service.ts";
import { Proposals } from "./proposals.ts";

export function composeProposals(
  { paths, database, endings }: Ground,
  { gateways, launches, bottles }: { gateways: Gateways; launches: Launches; bottles: () => Bottles },
): Proposals {
  const proposals = new Proposals({
    database,
    auditPath: join(paths.home, "bottles", "logs", "supervise.jsonl"),
    gateways,
    bottles: {
      watch: (signal) => bottles().list.watch(signal),
      runs: (id) => bottles().list.get(id)?.state === "running",
    },
    resumedFrom: (launchId) => launches.list.get(launchId)?.resumedFrom ?? null,
  });
  endings.add(() => proposals.close());
  return proposals;
}

export function composeBottleSupervise(
  { settings, endings }: Ground,
  {
    proposals,
    gateways,
    bottles,
    mcp,
  }: { proposals: Proposals; gateways: Gateways; bottles: () => Bottles; mcp: () => Mcp },
): BottleSupervise {
  const supervise = new BottleSupervise({
    mcp: { serveInside: (...where) => mcp().serveInside(...where) },
    proposals,
    waitSeconds: () => settings.settings.superviseWaitSeconds,
    rules: () => gateways.rules.values(),
    bottle: (id) => {
      const { programName, plan } = bottles().get(id).bottle;
      return { programName, routes: plan.routes };
    },
  });
  endings.add(() => supervise.stop());
  return supervise;
}

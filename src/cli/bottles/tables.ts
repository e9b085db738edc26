/** Bottles, what they use and what they ask for, as tables. */
import { costWords, limitWords, shortCount } from "#shared/broker/words.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { BrokerRequest, BrokerUsage } from "#shared/contract/broker.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import type { Status } from "#shared/states.ts";
import { ago, bytes, duration, elapsed } from "#shared/time.ts";
import { type Cell, type Look, statusCell, table } from "../table.ts";
import type { BottleEntry } from "./find.ts";

export function bottleStatus({ state, problem }: Bottle, usage: BrokerUsage | null): Status {
  if (state === "running" && usage?.open && usage.reached !== null) {
    return { state: "permission", words: "Reached its limit" };
  }
  switch (state) {
    case "starting":
      return { state: "working", words: "Starting" };
    case "running":
      return { state: "running", words: "Running" };
    case "ended":
      return { state: "done", words: "Ended" };
    case "failed":
      return { state: "failed", words: "Not started" };
    default:
      return { state: "unknown", words: problem === null ? "Unknown" : `Unknown: ${problem.message}` };
  }
}

export function bottleTable(entries: readonly BottleEntry[], workspaces: readonly Workspace[], look: Look): string[] {
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return table(
    [
      { title: "STATE" },
      { title: "LABEL", flexible: true, least: 10 },
      { title: "PROGRAM" },
      { title: "WORKSPACE", flexible: true },
      { title: "BACKEND" },
      { title: "TIME", right: true },
      { title: "COST", right: true },
      { title: "NAME" },
    ],
    entries.map(({ bottle, usage }): Cell[] => [
      statusCell(bottleStatus(bottle, usage)),
      bottle.label,
      bottle.programName,
      names.get(bottle.workspaceId) ?? bottle.workspaceId,
      bottle.backend,
      bottle.endedAt === null ? elapsed(Date.now() - Date.parse(bottle.startedAt)) : ago(bottle.endedAt, Date.now()),
      usage === null ? "" : costWords(usage),
      { text: bottle.slug, tone: "muted" },
    ]),
    look,
  );
}

export function usageTable(entries: readonly BottleEntry[], look: Look): string[] {
  return table(
    [
      { title: "LABEL", flexible: true, least: 10 },
      { title: "COST", right: true },
      { title: "IN", right: true },
      { title: "CACHED", right: true },
      { title: "OUT", right: true },
      { title: "REQUESTS", right: true },
      { title: "REFUSED", right: true },
      { title: "LIMIT" },
      { title: "NAME" },
    ],
    entries.flatMap(({ bottle, usage }): Cell[][] =>
      usage === null
        ? []
        : [
            [
              bottle.label,
              costWords(usage) || "–",
              shortCount(usage.inputTokens),
              shortCount(usage.cacheReadTokens),
              shortCount(usage.outputTokens),
              shortCount(usage.requests),
              shortCount(usage.refused),
              usage.reached === null
                ? (limitWords(usage.limits) ?? "")
                : { text: `${limitWords(usage.limits)}, reached`, tone: "attention" },
              { text: bottle.slug, tone: "muted" },
            ],
          ],
    ),
    look,
  );
}

export function requestTable(requests: readonly BrokerRequest[], look: Look): string[] {
  return table(
    [
      { title: "AT" },
      { title: "STATUS", right: true },
      { title: "METHOD" },
      { title: "HOST" },
      { title: "PATH", flexible: true, least: 12 },
      { title: "UP", right: true },
      { title: "DOWN", right: true },
      { title: "TOOK", right: true },
      { title: "DECISION", flexible: true },
    ],
    requests.map((request): Cell[] => [
      request.at.slice(11, 19),
      request.status === null ? "–" : String(request.status),
      request.method,
      request.host ?? request.route ?? "",
      request.path,
      bytes(request.bytesUp),
      bytes(request.bytesDown),
      duration(request.ms),
      request.decision === "forwarded"
        ? { text: "forwarded", tone: "muted" }
        : {
            text: request.reason === null ? request.decision : `${request.decision}: ${request.reason}`,
            tone: "warning",
          },
    ]),
    look,
  );
}

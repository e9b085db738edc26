/** Who has called what: the latest in memory for the window, all of them in a log file. Never what was typed, run or read. */
import { randomBytes } from "node:crypto";
import type { Log } from "#node/log.ts";
import type { McpCall } from "#shared/contract/mcp.ts";
import { LiveList } from "#shared/live-list.ts";
import type { Caller, Via } from "./caller.ts";

/** As the contract promises. */
const kept = 200;

export type CallFacts = Pick<McpCall, "tool" | "terminalId" | "outcome"> & {
  caller: Caller;
  via: Via;
  startedAt: number;
};

export class Calls {
  readonly list = new LiveList<McpCall>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** `startedAt` as `performance.now()` gave it. */
  record({ caller, via, tool, terminalId, outcome, startedAt }: CallFacts): void {
    const call: McpCall = {
      id: `call-${randomBytes(6).toString("hex")}`,
      at: new Date().toISOString(),
      caller: caller.kind,
      launchId: caller.kind === "launch" ? caller.launchId : null,
      programName: caller.kind === "launch" ? caller.programName : null,
      via,
      tool,
      terminalId,
      outcome,
      ms: Math.round(performance.now() - startedAt),
    };
    this.list.set(call);
    const [oldest, ...rest] = this.list.values();
    if (oldest && rest.length >= kept) this.list.remove(oldest.id);
    const { id: _, at: __, ...said } = call;
    this.#log.info(said, "call");
  }
}

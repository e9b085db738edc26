/**
 * Cellar's MCP server as a bottle has it: what its manifest allows to be asked for, and the bottle's own terminals where the person let the program drive
 * them. The socket says who calls, so that no token is needed and none is worth anything here.
 */
import { servicePorts } from "#shared/bottles/names.ts";
import type { GatewayRule } from "#shared/contract/gateway.ts";
import type { BottlePlace, BottleReach, BottleService, OpenService, PlannedService } from "../bottles/index.ts";
import type { Mcp, Offer } from "../mcp/index.ts";
import type { Asker, Proposals } from "./proposals.ts";
import { superviseInstructions, superviseTools } from "./tools.ts";

export type BottleSuperviseParts = {
  mcp: Pick<Mcp, "serveInside">;
  proposals: Proposals;
  waitSeconds: () => number;
  /** All that hold now. */
  rules: () => readonly GatewayRule[];
  bottle(id: string): { programName: string; routes: readonly string[] };
};

export class BottleSupervise implements BottleService {
  readonly name = "supervise";
  readonly #parts: BottleSuperviseParts;
  readonly #open = new Map<string, () => Promise<void>>();

  constructor(parts: BottleSuperviseParts) {
    this.#parts = parts;
  }

  async plan(reach: BottleReach): Promise<(PlannedService & { serves: boolean }) | null> {
    return isWanted(reach) ? { serves: true } : null;
  }

  async open(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService | null> {
    if (!isWanted(reach)) return null;
    const caller = { bottleId: place.id, launchId: place.launchId };
    const where = { socket, port: servicePorts.supervise };
    this.#open.set(place.id, await this.#parts.mcp.serveInside(caller, this.#offer(place, reach), where));
    return {};
  }

  restore(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService | null> {
    return this.open(place, reach, socket);
  }

  state(bottleId: string) {
    return { state: this.#open.has(bottleId) ? "up" : "down", detail: null } as const;
  }

  async close(bottleId: string): Promise<void> {
    const close = this.#open.get(bottleId);
    this.#open.delete(bottleId);
    await close?.();
  }

  /** Main ends: nobody listens for any bottle any more. */
  async stop(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.close(id)));
  }

  #offer({ id, label, launchId }: BottlePlace, reach: BottleReach): Offer {
    const { drivesTerminals: terminals, supervise, workspaceId } = reach;
    if (!supervise) return { terminals, more: [], instructions: "" };
    const { proposals, waitSeconds, rules, bottle } = this.#parts;
    const asker = (): Asker => ({ bottleId: id, label, launchId, workspaceId, programName: bottle(id).programName });
    const more = superviseTools({
      proposals,
      asker,
      waitMs: () => waitSeconds() * 1000,
      rules: () => rules().filter(({ scope }) => holdsFor(scope, id, workspaceId)),
      routes: () => bottle(id).routes,
    });
    return { terminals, more, instructions: superviseInstructions };
  }
}

function isWanted({ supervise, drivesTerminals }: BottleReach): boolean {
  return supervise || drivesTerminals;
}

function holdsFor(scope: GatewayRule["scope"], bottleId: string, workspaceId: string): boolean {
  if (scope.type === "always") return true;
  return scope.type === "bottle" ? scope.bottleId === bottleId : scope.workspaceId === workspaceId;
}

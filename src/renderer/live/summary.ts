/** Terminals as lists show them: what they are called and how they are, without the counters that change with every byte. */

import type { Activity } from "#shared/contract/activities.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { newestUnseen } from "#shared/notifications/unseen.ts";
import { needsYou, type Status, terminalStatus } from "#shared/states.ts";
import { terminalLabel } from "#shared/terminals/label.ts";
import type { HeldCellSource, HeldCells } from "./held-cells.ts";
import { sameJson } from "./same.ts";
import type { LiveSource } from "./source.ts";

export type TerminalSummary = {
  id: string;
  label: string;
  workspaceId: string | null;
  programId: string | null;
  bottleId: string | null;
  alive: boolean;
  createdAt: string;
  resolvedAt: string | null;
  status: Status;
  unseen: boolean;
  needsYou: boolean;
};

/** What a summary is made of. */
type TerminalFacts = Pick<
  Terminal,
  | "id"
  | "name"
  | "title"
  | "command"
  | "argv"
  | "state"
  | "exitCode"
  | "pid"
  | "heldCellId"
  | "createdAt"
  | "resolvedAt"
  | "owner"
>;

function summarise(
  terminals: readonly TerminalFacts[],
  launches: ReadonlyMap<string, Pick<Launch, "programName">>,
  held: HeldCells,
  notifications: readonly Notification[],
  activities: ReadonlyMap<string, Activity> = new Map(),
  usages: ReadonlyMap<string, LimitFacts> = new Map(),
): TerminalSummary[] {
  const unseen = newestUnseen(notifications);
  return terminals.map((terminal) => {
    const note = unseen.get(terminal.id);
    const status = terminalStatus(
      { ...terminal, updatedAt: terminal.createdAt },
      {
        heldCell: held.get(terminal.id),
        unseen: note,
        activity: activities.get(terminal.id),
        limit: limitOf(usages.get(terminal.owner.bottleId ?? "")),
      },
    );
    const launch = terminal.owner.launchId === undefined ? undefined : launches.get(terminal.owner.launchId);
    return {
      id: terminal.id,
      label: terminalLabel(terminal, launch?.programName),
      workspaceId: terminal.owner.workspaceId ?? null,
      programId: terminal.owner.programId ?? null,
      bottleId: terminal.owner.bottleId ?? null,
      alive: terminal.state === "starting" || terminal.state === "running",
      createdAt: terminal.createdAt,
      resolvedAt: terminal.resolvedAt,
      status,
      unseen: note !== undefined,
      needsYou: needsYou(status, note !== undefined),
    };
  });
}

type LimitFacts = Pick<BrokerUsage, "open" | "reached">;

/** Why a bottle that runs may use no more. */
export function limitOf(usage: LimitFacts | undefined): string | undefined {
  return usage?.open ? (usage.reached ?? undefined) : undefined;
}

/** Computed once for the whole window; a summary that says the same is the same object. */
export class SummarySource {
  readonly #sources: SummaryInputs;
  readonly #listeners = new Set<() => void>();
  #leave: (() => void)[] = [];
  #inputs: readonly unknown[] = [];
  #summaries: readonly TerminalSummary[] = [];

  constructor(sources: SummaryInputs) {
    this.#sources = sources;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#leave = this.#all().map((source) => source.subscribe(this.#tell));
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      for (const leave of this.#leave.splice(0)) leave();
    };
  };

  readonly getSnapshot = (): readonly TerminalSummary[] => {
    const { terminals, launches, heldCells, notifications, activities, usages } = this.#sources;
    const inputs = this.#all().map((source) => source.getSnapshot());
    if (inputs.every((input, index) => input === this.#inputs[index])) return this.#summaries;
    this.#inputs = inputs;
    const before = new Map(this.#summaries.map((summary) => [summary.id, summary]));
    const now = summarise(
      terminals.getSnapshot().items,
      launches.getSnapshot().byId,
      heldCells.getSnapshot(),
      notifications.getSnapshot().items,
      activities.getSnapshot().byId,
      usages.getSnapshot().byId,
    ).map((summary) => {
      const known = before.get(summary.id);
      return known && sameJson(known, summary) ? known : summary;
    });
    const same = now.length === this.#summaries.length && now.every((each, index) => each === this.#summaries[index]);
    if (!same) this.#summaries = now;
    return this.#summaries;
  };

  #all(): readonly { subscribe(listener: () => void): () => void; getSnapshot(): unknown }[] {
    const { terminals, launches, heldCells, notifications, activities, usages } = this.#sources;
    return [terminals, launches, heldCells, notifications, activities, usages];
  }

  readonly #tell = (): void => {
    const before = this.#summaries;
    if (this.getSnapshot() === before) return;
    for (const listener of this.#listeners) listener();
  };
}

export type SummaryInputs = {
  terminals: LiveSource<Terminal>;
  launches: LiveSource<Launch>;
  notifications: LiveSource<Notification>;
  heldCells: HeldCellSource;
  activities: LiveSource<Activity>;
  usages: LiveSource<BrokerUsage>;
};

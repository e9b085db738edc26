/** What quitting Cellar would end or hold up and what goes on, in words; and, when the person says so, ending all of it. */
import type { Bottle } from "#shared/contract/bottles.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { terminalLabel } from "#shared/terminals/label.ts";
import { finalStates } from "../terminals/index.ts";

export type LeavingParts = {
  terminals: {
    list(): Terminal[];
    kill(id: string, force: boolean): Promise<unknown>;
    onChange(listener: (terminal: Terminal) => void): () => void;
  };
  bottles: { list: { values(): Bottle[] }; shut(id: string): Promise<unknown> };
  jobs: () => readonly Job[];
  proposals: () => readonly Proposal[];
  workspaceName: (id: string) => string | null;
  /** How long programs may take to end by themselves, in ms. */
  graceMs?: number;
};

/** Names of what is there, as the person knows it. */
export type LeavingFacts = {
  /** End with Cellar. */
  jobs: string[];
  /** Go on, but nothing gets out of them while Cellar is away. */
  bottles: string[];
  /** Wait until Cellar is back. */
  proposals: string[];
  /** Go on; nobody is told when they end. */
  heldCells: string[];
  /** Go on. */
  terminals: string[];
};

/** Programs of a person's get so long after they were asked to end. */
const usualGraceMs = 5_000;

export class Leaving {
  readonly #parts: LeavingParts;

  constructor(parts: LeavingParts) {
    this.#parts = parts;
  }

  facts(): LeavingFacts {
    const alive = this.#alive();
    const { jobs, proposals } = this.#parts;
    return {
      jobs: jobs()
        .filter(({ endedAt }) => endedAt === null)
        .map(({ title }) => title),
      bottles: this.#bottles().map(({ label }) => label),
      proposals: proposals()
        .filter(({ state }) => state === "pending")
        .map(({ programName, label }) => `${programName} in ${label}`),
      heldCells: alive.filter(({ heldCellId }) => heldCellId !== null).map((each) => this.#nameOf(each)),
      terminals: alive.map((each) => this.#nameOf(each)),
    };
  }

  /** Resolves when everything has ended; names what did not. */
  async endEverything(): Promise<string[]> {
    const bottles = await Promise.allSettled(this.#bottles().map(({ id }) => this.#parts.bottles.shut(id)));
    const terminals = await Promise.allSettled(this.#alive().map((terminal) => this.#end(terminal)));
    const stay = this.#bottles().map(({ label }) => label);
    const failed =
      bottles.some(({ status }) => status === "rejected") || terminals.some(({ status }) => status === "rejected");
    return failed ? [...stay, ...this.#alive().map((each) => this.#nameOf(each))] : stay;
  }

  #alive(): Terminal[] {
    return this.#parts.terminals.list().filter(({ state }) => !finalStates.has(state));
  }

  #bottles(): Bottle[] {
    return this.#parts.bottles.list.values().filter(({ state }) => state !== "ended" && state !== "failed");
  }

  #nameOf(terminal: Terminal): string {
    const { workspaceId } = terminal.owner;
    const workspace = workspaceId ? this.#parts.workspaceName(workspaceId) : null;
    return [workspace, terminalLabel({ ...terminal, title: "" })].filter(Boolean).join(" · ");
  }

  async #end({ id }: Terminal): Promise<void> {
    const { terminals, graceMs = usualGraceMs } = this.#parts;
    const ended = Promise.withResolvers<void>();
    const stop = terminals.onChange((terminal) => {
      if (terminal.id === id && finalStates.has(terminal.state)) ended.resolve();
    });
    const forced = setTimeout(() => void terminals.kill(id, true).catch(ended.reject), graceMs);
    const late = setTimeout(() => ended.reject(new Error(`the terminal ${id} did not end`)), 2 * graceMs);
    try {
      await terminals.kill(id, false);
      await ended.promise;
    } finally {
      stop();
      clearTimeout(forced);
      clearTimeout(late);
    }
  }
}

/** Whether a person should be asked: terminals alone go on as if nothing had happened. */
export function isWorthSaying({ jobs, bottles, proposals, heldCells }: LeavingFacts): boolean {
  return jobs.length + bottles.length + proposals.length + heldCells.length > 0;
}

/** A line each, what ends first. */
export function leavingWords(facts: LeavingFacts): string {
  const { jobs, bottles, proposals, heldCells, terminals } = facts;
  return [
    jobs.length > 0 && `Ends: ${counted(jobs.length, "job")} of Cellar (${named(jobs)}).`,
    bottles.length > 0 &&
      `Held up: ${counted(bottles.length, "bottle")} (${named(bottles)}). What runs inside goes on, but gets no further than its bottle until Cellar is back.`,
    proposals.length > 0 && `Wait for your answer: ${named(proposals)}. They keep waiting.`,
    heldCells.length > 0 && `Go on, and you are not told when they end: cells in ${named(heldCells)}.`,
    terminals.length > 0 && `Goes on: ${counted(terminals.length, "terminal")} (${named(terminals)}).`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** What ends when everything is to end. */
export function endingWords({ jobs, bottles, terminals }: LeavingFacts): string {
  return [
    bottles.length > 0 && `${counted(bottles.length, "bottle")}: ${named(bottles)}`,
    terminals.length > 0 && `${counted(terminals.length, "terminal")}: ${named(terminals)}`,
    jobs.length > 0 && `${counted(jobs.length, "job")}: ${named(jobs)}`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

const mostNamed = 12;

function named(names: readonly string[]): string {
  const first = names.slice(0, mostNamed).join(", ");
  return names.length > mostNamed ? `${first} and ${names.length - mostNamed} more` : first;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

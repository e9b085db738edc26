/** What becomes of a bottle once it runs: when main starts anew, its backend goes away, its terminal ends, or a person ends or removes it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OneAtATime } from "#node/one-at-a-time.ts";
import { within } from "#node/within.ts";
import type { BackendName, ServiceName } from "#shared/bottles/names.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { AskAgain } from "./ask-again.ts";
import type { BottleBackend, EndReport, RunningBottle, ServicePort } from "./backend.ts";
import type { Backends } from "./backends.ts";
import type { BottleLog } from "./bottle-log.ts";
import type { BottleServices } from "./bottle-services.ts";
import type { BottleRecord } from "./record.ts";
import { type BottleRecords, lives } from "./records.ts";
import { running } from "./start.ts";
import { type BottleTerminals, isAlive, killTerminal } from "./terminals.ts";
import { changedTriggers, triggersIn } from "./triggers.ts";

export type BottleLivesParts = {
  records: BottleRecords;
  backends: Backends;
  services: BottleServices;
  terminals: BottleTerminals;
  /** Where kept homes are, named by their bottle. */
  homes: string;
  notes: BottleLog;
  log: { warn(details: object, message: string): void };
};

/** How long main's end waits for the ends of bottles that are under way. */
const endPatienceMs = 5_000;

export class BottleLives {
  readonly #parts: BottleLivesParts;
  /** Of each bottle: an end that is under way, and whoever would join it meanwhile. */
  readonly #turns = new OneAtATime();
  readonly #again = new AskAgain<BottleBackend>(async (backend) => {
    await this.#lookAgain(backend);
    return !this.#of(backend).some(({ bottle }) => bottle.state === "unknown");
  });
  /** Of bottles that were joined again, by id: a backend that comes back is told once more. */
  readonly #ports = new Map<string, readonly ServicePort[]>();
  readonly #ends: (() => void)[];
  #closed = false;

  constructor(parts: BottleLivesParts) {
    this.#parts = parts;
    this.#ends = [
      parts.terminals.onChange((terminal) => this.#follow(terminal)),
      parts.services.onChange((id, lost) => this.#servicesChanged(id, lost)),
    ];
    for (const backend of parts.backends.all()) backend.watch?.(() => void this.#lookAgain(backend));
  }

  /** Nothing is followed any more. An end that is under way is waited for: what it writes to is still open. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#again.close();
    for (const end of this.#ends) end();
    await within(endPatienceMs, this.#turns.idle());
  }

  /** After a start of main: what ran and still does is joined to its services again, the rest is ended in the record too. */
  async restore(): Promise<void> {
    await this.#parts.terminals.known();
    await Promise.all(this.#parts.records.all().map((record) => this.#restoreOne(record)));
  }

  /** Every backend that has bottles is asked at once whether they are there. */
  askAgainNow(): void {
    for (const backend of this.#parts.backends.all()) if (this.#of(backend).length > 0) this.#again.hurry(backend);
  }

  /** It has started. The end of its terminal may have been told while it did, when that was nobody's to act upon. */
  begun(id: string): void {
    const record = this.#parts.records.find(id);
    const terminal = record === undefined ? undefined : this.#terminalOf(record);
    if (terminal !== undefined) this.#follow(terminal);
  }

  /** The bottle of a record whose program runs, with its backend. */
  running(record: BottleRecord): { backend: BottleBackend; bottle: RunningBottle } {
    return { backend: this.#backendOf(record), bottle: running(record, [], this.#terminalOf(record) ?? null) };
  }

  /** Its terminal and all processes, its services, its directory; then what it has changed is looked for. */
  end(record: BottleRecord): Promise<void> {
    return this.#turns.run(record.bottle.id, () => this.#endInTurn(record));
  }

  /** Forgets an ended bottle; its home goes when no other bottle has it. */
  async remove(record: BottleRecord): Promise<void> {
    const { records, services, homes, notes } = this.#parts;
    const { id, label } = record.bottle;
    if (lives(record.bottle)) {
      throw new Failure("conflict", `The bottle '${label}' is still running`, { hint: "Close it first." });
    }
    records.noteRemoving(record);
    await this.#backendOf(record).destroy({ id, directory: record.directory });
    await services.forget?.(id);
    records.forget(id);
    this.#ports.delete(id);
    if (record.homeOf !== null && !records.homesInUse().has(record.homeOf)) {
      await rm(join(homes, record.homeOf), { recursive: true, force: true });
    }
    await notes.remove(id);
  }

  #backendOf({ bottle }: BottleRecord): BottleBackend {
    return this.#parts.backends.named(bottle.backend as BackendName);
  }

  #terminalOf({ bottle }: BottleRecord): Terminal | undefined {
    return this.#parts.terminals.list().find((terminal) => terminal.id === bottle.terminalId);
  }

  /** In turn with its end, which may be under way: one of them says what became of it. */
  #restoreOne(record: BottleRecord): Promise<void> {
    return this.#turns.run(record.bottle.id, () => this.#restoreInTurn(record));
  }

  async #restoreInTurn(record: BottleRecord): Promise<void> {
    const { services, records, notes, log } = this.#parts;
    const { bottle } = record;
    try {
      if (record.removing) return await this.remove(record);
      if (!lives(bottle)) return;
      const terminal = this.#terminalOf(record);
      // Main ended between the row and the terminal, or before the gate was opened: the program never ran.
      if (terminal === undefined || !isAlive(terminal)) return await this.#endInTurn(record);
      const ports = await this.#portsOf(record);
      await this.#backendOf(record).rejoin(running(record, ports, terminal));
      bottle.state = "running";
      bottle.problem = null;
      bottle.services = services.states(bottle.id);
      records.save(record);
      notes.note(bottle.id, "joined again");
    } catch (error) {
      log.warn({ bottle: bottle.id, error }, "a bottle could not be joined again");
      this.#becomeUnknown(record, `could not be joined again: ${problemOf(error).message}`, error);
    }
  }

  /** Those of a bottle whose backend was away for a while serve still; else they are opened again. */
  async #portsOf({ bottle, directory, reach }: BottleRecord): Promise<readonly ServicePort[]> {
    const { services } = this.#parts;
    const { id, label, launchId } = bottle;
    const open = services.states(id).length > 0;
    const ports = open
      ? (this.#ports.get(id) ?? [])
      : (await services.restore({ id, label, launchId: launchId ?? "", directory }, reach)).ports;
    this.#ports.set(id, ports);
    return ports;
  }

  /** A backend went away or is back. What cannot be asked about is unknown, and not ended. */
  async #lookAgain(backend: BottleBackend): Promise<void> {
    try {
      await backend.enumerate();
    } catch (error) {
      for (const record of this.#of(backend)) {
        await this.#turns.run(record.bottle.id, async () => {
          if (record.bottle.state === "running") this.#becomeUnknown(record, problemOf(error).message, error);
        });
      }
      return;
    }
    await Promise.all(
      this.#of(backend).flatMap((record) => (record.bottle.state === "unknown" ? [this.#restoreOne(record)] : [])),
    );
  }

  /** Of those the backend may still have something to say. */
  #of(backend: BottleBackend): BottleRecord[] {
    return this.#parts.records
      .all()
      .filter(
        ({ bottle: { backend: name, state } }) => name === backend.name && (state === "running" || state === "unknown"),
      );
  }

  #becomeUnknown(record: BottleRecord, line: string, why: unknown): void {
    // What main ends on its way out says nothing of the bottle.
    if (this.#closed) return;
    this.#again.want(this.#backendOf(record));
    const problem = problemOf(why);
    if (record.bottle.state === "unknown" && record.bottle.problem?.message === problem.message) return;
    record.bottle.state = "unknown";
    record.bottle.problem = problem;
    this.#parts.records.save(record);
    this.#parts.notes.note(record.bottle.id, line);
  }

  #follow(terminal: Terminal): void {
    const id = terminal.owner.bottleId;
    const record = id === undefined ? undefined : this.#parts.records.find(id);
    if (record === undefined || record.bottle.terminalId !== terminal.id || isAlive(terminal)) return;
    if (record.bottle.state !== "running" && record.bottle.state !== "unknown") return;
    this.end(record).catch((error: unknown) => {
      this.#parts.log.warn({ bottle: id, error }, "the end of a bottle could not be finished");
      this.#becomeUnknown(record, `its end could not be finished: ${problemOf(error).message}`, error);
    });
  }

  async #endInTurn(record: BottleRecord): Promise<void> {
    const { terminals, services, records, notes } = this.#parts;
    const { bottle } = record;
    if (!lives(bottle)) return;
    if (bottle.terminalId !== null) await killTerminal(terminals, bottle.terminalId);
    // Before its end is told of: what could not be brought back is a problem that stays.
    bottle.problem = null;
    await this.#backendOf(record).destroy({ id: bottle.id, directory: record.directory }, this.#reportTo(record));
    await services.close(bottle.id);
    bottle.changedTriggers = changedTriggers(record.triggers, await triggersIn(record.cwd));
    bottle.state = "ended";
    bottle.services = [];
    bottle.endedAt = new Date().toISOString();
    records.save(record);
    notes.note(bottle.id, "ended");
  }

  #reportTo({ bottle }: BottleRecord): EndReport {
    const { notes } = this.#parts;
    return {
      note: (line) => notes.note(bottle.id, line),
      problem: (problem) => {
        bottle.problem = problem.toProblem();
        notes.note(bottle.id, [problem.message, problem.hint].filter(Boolean).join(". "));
      },
    };
  }

  #servicesChanged(id: string, lost: ServiceName | undefined): void {
    const { records, services, notes } = this.#parts;
    const record = records.find(id);
    if (record === undefined || !lives(record.bottle)) return;
    record.bottle.services = services.states(id);
    records.save(record);
    const down = record.bottle.services.find(({ name, state }) => name === lost && state === "down");
    if (down !== undefined) notes.note(id, `${lost}: ${down.detail}`);
    else if (lost !== undefined) notes.note(id, `${lost}: its socket was lost, and is there again`);
  }
}

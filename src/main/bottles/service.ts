/** The bottles: plans and launches, what runs, what has ended, and what becomes of both when main or a terminal ends. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "#node/git/index.ts";
import { OneAtATime } from "#node/one-at-a-time.ts";
import type { Database } from "#node/store/index.ts";
import { within } from "#node/within.ts";
import type { BackendName } from "#shared/bottles/names.ts";
import type { LiveListEvent, TerminalSize } from "#shared/contract/base.ts";
import type { Bottle, BottlePlanView, Manifest } from "#shared/contract/bottles.ts";
import type { UsageLimits } from "#shared/contract/broker.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import type { Enclosure, Launches, Started } from "../launches/index.ts";
import type { LaunchableProgram } from "../programs/index.ts";
import { AskAgain } from "./ask-again.ts";
import {
  type BottleBackend,
  type EndReport,
  guestHome,
  guestMcpUrl,
  type RunningBottle,
  type ServicePort,
} from "./backend.ts";
import { Backends } from "./backends.ts";
import { BottleLog } from "./bottle-log.ts";
import type { BottleServices } from "./bottle-services.ts";
import { newBottleId } from "./ids.ts";
import { Manifests } from "./manifests/read.ts";
import { Plans } from "./plans.ts";
import { type Prepared, type PrepareRequest, prepare } from "./prepare.ts";
import { type BottleRecord, BottleStore } from "./record.ts";
import { type Answers, checkAnswers, running, Starter } from "./start.ts";
import { type BottleTerminals, isAlive, killTerminal } from "./terminals.ts";
import { changedTriggers, triggersIn } from "./triggers.ts";

export type BottlesParts = {
  database: Database.Database;
  /** Preferred first. */
  backends: readonly BottleBackend[];
  services: BottleServices;
  launches: Pick<Launches, "start" | "resume" | "list">;
  programs: { launchable(id: string): Promise<LaunchableProgram> };
  workspaces: {
    ready(id: string): Promise<Workspace>;
    watch(signal: AbortSignal): AsyncIterable<LiveListEvent<Workspace>>;
  };
  terminals: BottleTerminals;
  git: Git;
  loginEnvironment(): Promise<Record<string, string>>;
  /** `runtime`: short, for sockets. `state`: kept homes and logs. `manifests`: the person's own. */
  folders: { runtime: string; state: string; manifests: string };
  /** False: the person's own manifests are left alone. Default true. */
  ownManifests?: boolean;
  /** What a bottle may use when neither the launch nor a manifest says. */
  usageLimits(): UsageLimits;
  log: { warn(details: object, message: string): void };
};

/** Ended bottles that are remembered; the oldest go first. */
const mostEnded = 200;
/** How long main's end waits for the ends of bottles that are under way. */
const endPatienceMs = 5_000;

export class Bottles {
  readonly list = new LiveList<Bottle>();
  readonly backends: Backends;
  readonly #parts: BottlesParts;
  readonly #store: BottleStore;
  readonly #records = new Map<string, BottleRecord>();
  readonly #plans = new Plans<Prepared>();
  readonly #manifests: Manifests;
  readonly #log: BottleLog;
  readonly #starter: Starter;
  readonly #turns = new OneAtATime();
  readonly #again = new AskAgain<BottleBackend>(async (backend) => {
    await this.#lookAgain(backend);
    return !this.#of(backend).some(({ bottle }) => bottle.state === "unknown");
  });
  /** Of bottles that were joined again, by id: a backend that comes back is told once more. */
  readonly #ports = new Map<string, readonly ServicePort[]>();
  readonly #stop = new AbortController();
  readonly #ends: (() => void)[];

  constructor(parts: BottlesParts) {
    this.#parts = parts;
    this.backends = new Backends(parts.backends);
    this.#store = new BottleStore(parts.database);
    this.#log = new BottleLog(join(parts.folders.state, "logs"));
    this.#manifests = new Manifests(parts.folders.manifests, parts.ownManifests);
    this.#starter = new Starter({
      services: parts.services,
      terminals: parts.terminals,
      runtime: parts.folders.runtime,
      homes: parts.folders.state,
      save: (record) => this.#save(record),
      forget: (id) => this.#forget(id),
      note: (id, line) => this.#log.note(id, line),
    });
    for (const record of this.#store.all()) this.#records.set(record.bottle.id, record);
    // Until its terminal and its backend have been asked, nothing is known of what ran.
    for (const record of this.#records.values()) if (lives(record.bottle)) record.bottle.state = "unknown";
    this.#publish();
    this.#ends = [
      parts.terminals.onChange((terminal) => this.#follow(terminal)),
      parts.services.onChange((id) => this.#servicesChanged(id)),
    ];
    for (const backend of parts.backends) backend.watch?.(() => void this.#lookAgain(backend));
  }

  /** Ends what runs in main for the bottles; they go on. An end that is under way is waited for: what it writes to is still open. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#again.close();
    for (const end of this.#ends) end();
    await within(endPatienceMs, this.#turns.idle());
    for (const backend of this.#parts.backends) backend.close();
  }

  /** After a start of main: what ran and still does is joined to its services again, the rest is ended in the record too. */
  async restore(): Promise<void> {
    await this.#parts.terminals.known();
    await Promise.all([...this.#records.values()].map((record) => this.#restoreOne(record)));
    void this.#followWorkspaces();
  }

  async prepare(request: PrepareRequest): Promise<BottlePlanView> {
    const { services, programs, workspaces, git, loginEnvironment, folders } = this.#parts;
    const prepared = await prepare(
      {
        services,
        programs,
        workspaces,
        git,
        loginEnvironment,
        plans: this.#plans,
        manifests: this.#manifests,
        homes: folders.state,
        runtime: folders.runtime,
        usageLimits: this.#parts.usageLimits(),
        backend: (name) => this.backends.usable(name),
        homeOfLaunch: (launchId) => this.#homeOfLaunch(launchId),
        launches: this.#parts.launches,
        supervised: (launchId) => this.#ofLaunch(launchId)?.bottle.plan.supervise ?? false,
      },
      request,
    );
    return prepared.view;
  }

  discard(planId: string): void {
    this.#plans.discard(planId);
  }

  async launch(
    planId: string,
    answers: Answers,
    size: TerminalSize | undefined,
  ): Promise<{ bottle: Bottle; launch: Launch; terminal: Terminal }> {
    checkAnswers(this.#plans.get(planId), answers);
    const prepared = this.#plans.take(planId);
    const { request, view } = prepared;
    const id = newBottleId();
    const enclosure: Enclosure = {
      isolation: view.backend,
      home: guestHome,
      mcpUrl: view.supervise || view.drivesTerminals ? guestMcpUrl : null,
      drivesTerminals: view.drivesTerminals,
      label: request.label?.trim(),
      start: (command: Parameters<Starter["start"]>[3]) => this.#starter.start(id, prepared, answers.values, command),
    };
    const { workspaceId, programId, prompt, resume } = request;
    const started: Started =
      resume === undefined
        ? await this.#parts.launches.start(
            { workspaceId, programId, prompt, arguments: request.arguments, size },
            enclosure,
          )
        : await this.#parts.launches.resume(resume, size, enclosure);
    this.#prune();
    return { bottle: this.get(id).bottle, ...started };
  }

  async manifests(workspaceId: string | undefined): Promise<{ folder: string; manifests: Manifest[] }> {
    const workspace = workspaceId === undefined ? null : (await this.#parts.workspaces.ready(workspaceId)).path;
    return { folder: this.#manifests.folder, manifests: await this.#manifests.list(workspace) };
  }

  /** Throws `not_found`. */
  get(id: string): BottleRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new Failure("not_found", `There is no bottle ${id}`);
    return record;
  }

  /** A bottle in which something can be run, with its backend. Throws `not_found`, or `conflict` when it does not run. */
  running(id: string): { backend: BottleBackend; bottle: RunningBottle; record: BottleRecord } {
    const record = this.get(id);
    if (record.bottle.state !== "running") {
      throw new Failure("conflict", `The bottle '${record.bottle.label}' does not run`, {
        hint: "Launch the program again.",
      });
    }
    return { record, backend: this.#backendOf(record), bottle: this.#runningOf(record) };
  }

  /** Ids of the bottles that are known, and backends: what a cleanup leaves alone. */
  known(): ReadonlySet<string> {
    return new Set([...this.#records.values()].filter(({ bottle }) => lives(bottle)).map(({ bottle }) => bottle.id));
  }

  /** Bottles whose kept home is still wanted. */
  homesInUse(): ReadonlySet<string> {
    return new Set([...this.#records.values()].flatMap(({ homeOf }) => (homeOf === null ? [] : [homeOf])));
  }

  log(id: string, lines: number): Promise<string[]> {
    this.get(id);
    return this.#log.read(id, lines);
  }

  /** Ends everything in it, then its services. */
  async shut(id: string): Promise<void> {
    const record = this.get(id);
    if (!lives(record.bottle)) return;
    this.#log.note(id, "closed by the person");
    await this.#end(record);
  }

  /** Forgets an ended bottle; its home goes when no other bottle has it. */
  async remove(id: string): Promise<void> {
    const record = this.get(id);
    if (lives(record.bottle)) {
      throw new Failure("conflict", `The bottle '${record.bottle.label}' is still running`, {
        hint: "Close it first.",
      });
    }
    this.#store.save({ ...record, removing: true });
    await this.#backendOf(record).destroy({ id, directory: record.directory });
    await this.#parts.services.forget?.(id);
    this.#forget(id);
    if (record.homeOf !== null && !this.homesInUse().has(record.homeOf)) {
      await rm(join(this.#parts.folders.state, record.homeOf), { recursive: true, force: true });
    }
    await this.#log.remove(id);
  }

  #backendOf({ bottle }: BottleRecord): BottleBackend {
    return this.backends.named(bottle.backend as BackendName);
  }

  #runningOf(record: BottleRecord): RunningBottle {
    return running(record, [], this.#terminalOf(record) ?? null);
  }

  #terminalOf({ bottle }: BottleRecord): Terminal | undefined {
    return this.#parts.terminals.list().find((terminal) => terminal.id === bottle.terminalId);
  }

  #ofLaunch(launchId: string | undefined): BottleRecord | undefined {
    if (launchId === undefined) return undefined;
    return [...this.#records.values()].find(({ bottle }) => bottle.launchId === launchId);
  }

  #homeOfLaunch(launchId: string): string {
    const record = this.#ofLaunch(launchId);
    if (record?.homeOf == null) {
      throw new Failure("not_found", "The home of that launch was not kept", { hint: "Launch the program anew." });
    }
    return record.homeOf;
  }

  /** In turn with its end, which may be under way: one of them says what became of it. */
  #restoreOne(record: BottleRecord): Promise<void> {
    return this.#turns.run(record.bottle.id, () => this.#restoreInTurn(record));
  }

  async #restoreInTurn(record: BottleRecord): Promise<void> {
    const { bottle } = record;
    try {
      if (record.removing) return await this.remove(bottle.id);
      if (!lives(bottle)) return;
      const terminal = this.#terminalOf(record);
      // Main ended between the row and the terminal, or before the gate was opened: the program never ran.
      if (terminal === undefined || !isAlive(terminal)) return await this.#endInTurn(record);
      // Those of a bottle whose backend was away for a while serve still.
      const open = this.#parts.services.states(bottle.id).length > 0;
      const ports = open
        ? (this.#ports.get(bottle.id) ?? [])
        : (
            await this.#parts.services.restore(
              { id: bottle.id, label: bottle.label, launchId: bottle.launchId ?? "", directory: record.directory },
              record.reach,
            )
          ).ports;
      this.#ports.set(bottle.id, ports);
      await this.#backendOf(record).rejoin(running(record, ports, terminal));
      bottle.state = "running";
      bottle.problem = null;
      bottle.services = this.#parts.services.states(bottle.id);
      this.#save(record);
      this.#log.note(bottle.id, "joined again");
    } catch (error) {
      this.#parts.log.warn({ bottle: bottle.id, error }, "a bottle could not be joined again");
      this.#becomeUnknown(record, `could not be joined again: ${problemOf(error).message}`, error);
    }
  }

  /** Asks every backend that has bottles whether they are there, and believes no longer what was known of the others. */
  askAgainNow(): void {
    this.backends.forget();
    for (const backend of this.#parts.backends) if (this.#of(backend).length > 0) this.#again.hurry(backend);
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
    return [...this.#records.values()].filter(
      ({ bottle: { backend: name, state } }) => name === backend.name && (state === "running" || state === "unknown"),
    );
  }

  #becomeUnknown(record: BottleRecord, line: string, why: unknown): void {
    // What main ends on its way out says nothing of the bottle.
    if (this.#stop.signal.aborted) return;
    this.#again.want(this.#backendOf(record));
    const problem = problemOf(why);
    if (record.bottle.state === "unknown" && record.bottle.problem?.message === problem.message) return;
    record.bottle.state = "unknown";
    record.bottle.problem = problem;
    this.#save(record);
    this.#log.note(record.bottle.id, line);
  }

  #follow(terminal: Terminal): void {
    const id = terminal.owner.bottleId;
    const record = id === undefined ? undefined : this.#records.get(id);
    if (record === undefined || record.bottle.terminalId !== terminal.id || isAlive(terminal)) return;
    if (record.bottle.state !== "running" && record.bottle.state !== "unknown") return;
    this.#end(record).catch((error: unknown) => {
      this.#parts.log.warn({ bottle: id, error }, "the end of a bottle could not be finished");
      this.#becomeUnknown(record, `its end could not be finished: ${problemOf(error).message}`, error);
    });
  }

  /** Its terminal and all processes, its services, its directory; then what it has changed is looked for. */
  #end(record: BottleRecord): Promise<void> {
    return this.#turns.run(record.bottle.id, () => this.#endInTurn(record));
  }

  async #endInTurn(record: BottleRecord): Promise<void> {
    const { bottle } = record;
    if (!lives(bottle)) return;
    if (bottle.terminalId !== null) await killTerminal(this.#parts.terminals, bottle.terminalId);
    // Before its end is told of: what could not be brought back is a problem that stays.
    bottle.problem = null;
    await this.#backendOf(record).destroy({ id: bottle.id, directory: record.directory }, this.#reportTo(record));
    await this.#parts.services.close(bottle.id);
    bottle.changedTriggers = changedTriggers(record.triggers, await triggersIn(record.cwd));
    bottle.state = "ended";
    bottle.services = [];
    bottle.endedAt = new Date().toISOString();
    this.#save(record);
    this.#log.note(bottle.id, "ended");
  }

  #reportTo({ bottle }: BottleRecord): EndReport {
    return {
      note: (line) => this.#log.note(bottle.id, line),
      problem: (problem) => {
        bottle.problem = problem.toProblem();
        this.#log.note(bottle.id, [problem.message, problem.hint].filter(Boolean).join(". "));
      },
    };
  }

  #servicesChanged(id: string): void {
    const record = this.#records.get(id);
    if (record === undefined || !lives(record.bottle)) return;
    record.bottle.services = this.#parts.services.states(id);
    this.#save(record);
  }

  /** A workspace that is deleted takes its bottles with it: its terminals were ended already. */
  async #followWorkspaces(): Promise<void> {
    for await (const event of this.#parts.workspaces.watch(this.#stop.signal)) {
      if (event.type === "changed") continue;
      const there = event.type === "all" ? new Set(event.items.map(({ id }) => id)) : null;
      const gone = (id: string) => (event.type === "all" ? !there?.has(id) : id === event.id);
      for (const record of [...this.#records.values()].filter(({ bottle }) => gone(bottle.workspaceId))) {
        try {
          await this.#end(record);
          await this.remove(record.bottle.id);
        } catch (error) {
          this.#parts.log.warn({ bottle: record.bottle.id, error }, "a bottle of a deleted workspace is still there");
        }
      }
    }
  }

  #save(record: BottleRecord): void {
    this.#store.save(record);
    this.#records.set(record.bottle.id, record);
    this.list.set(structuredClone(record.bottle));
  }

  #forget(id: string): void {
    this.#store.remove(id);
    this.#records.delete(id);
    this.#ports.delete(id);
    this.list.remove(id);
  }

  /** In the order of their start, then of their slug. */
  #publish(): void {
    const bottles = [...this.#records.values()].map(({ bottle }) => structuredClone(bottle));
    bottles.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.slug.localeCompare(b.slug));
    this.list.reset(bottles);
  }

  #prune(): void {
    const ended = [...this.#records.values()].filter(({ bottle }) => !lives(bottle));
    for (const { bottle } of ended.slice(0, Math.max(0, ended.length - mostEnded))) {
      this.remove(bottle.id).catch((error: unknown) =>
        this.#parts.log.warn({ bottle: bottle.id, error }, "an old bottle could not be removed"),
      );
    }
  }
}

function lives({ state }: Bottle): boolean {
  return state !== "ended" && state !== "failed";
}

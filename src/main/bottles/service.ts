/** The bottles as the rest of main uses them: plans and launches, what there is, and ending it. What becomes of one that runs is in `life.ts`. */
import { join } from "node:path";
import type { Git } from "#node/git/index.ts";
import type { Database } from "#node/store/index.ts";
import type { LiveListEvent, TerminalSize } from "#shared/contract/base.ts";
import type { Bottle, BottlePlanView, Manifest } from "#shared/contract/bottles.ts";
import type { UsageLimits } from "#shared/contract/broker.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { goneBy, type LiveList } from "#shared/live-list.ts";
import type { Enclosure, Launches, Started } from "../launches/index.ts";
import type { LaunchableProgram } from "../programs/index.ts";
import { type BottleBackend, guestHome, guestMcpUrl, type RunningBottle } from "./backend.ts";
import { Backends } from "./backends.ts";
import { BottleLog } from "./bottle-log.ts";
import type { BottleServices } from "./bottle-services.ts";
import { newBottleId } from "./ids.ts";
import { BottleLives } from "./life.ts";
import { Manifests } from "./manifests/read.ts";
import { Plans } from "./plans.ts";
import { type Prepared, type PrepareRequest, prepare } from "./prepare.ts";
import type { BottleRecord } from "./record.ts";
import { BottleRecords, lives } from "./records.ts";
import { type Answers, checkAnswers, Starter } from "./start.ts";
import type { BottleTerminals } from "./terminals.ts";

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
export class Bottles {
  readonly list: LiveList<Bottle>;
  readonly backends: Backends;
  readonly #parts: BottlesParts;
  readonly #records: BottleRecords;
  readonly #lives: BottleLives;
  readonly #plans = new Plans<Prepared>();
  readonly #manifests: Manifests;
  readonly #notes: BottleLog;
  readonly #starter: Starter;
  readonly #stop = new AbortController();

  constructor(parts: BottlesParts) {
    const { services, terminals, folders, log } = parts;
    this.#parts = parts;
    this.backends = new Backends(parts.backends);
    this.#records = new BottleRecords(parts.database);
    this.list = this.#records.list;
    this.#notes = new BottleLog(join(folders.state, "logs"));
    this.#manifests = new Manifests(folders.manifests, parts.ownManifests);
    const records = this.#records;
    this.#starter = new Starter({
      services,
      terminals,
      runtime: folders.runtime,
      homes: folders.state,
      save: (record) => records.save(record),
      forget: (id) => records.forget(id),
      note: (id, line) => this.#notes.note(id, line),
    });
    this.#lives = new BottleLives({
      records,
      backends: this.backends,
      services,
      terminals,
      homes: folders.state,
      notes: this.#notes,
      log,
    });
  }

  /** Ends what runs in main for the bottles; they go on. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#lives.close();
    for (const backend of this.#parts.backends) backend.close();
  }

  /** See {@link BottleLives.restore}. From then on bottles go with their workspaces. */
  async restore(): Promise<void> {
    await this.#lives.restore();
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
        supervised: (launchId) =>
          launchId !== undefined && (this.#records.ofLaunch(launchId)?.bottle.plan.supervise ?? false),
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
      start: async (command: Parameters<Starter["start"]>[3]) => {
        const terminal = await this.#starter.start(id, prepared, answers.values, command);
        this.#lives.begun(id);
        return terminal;
      },
    };
    const { workspaceId, programId, prompt, resume } = request;
    const started: Started =
      resume === undefined
        ? await this.#parts.launches.start(
            { workspaceId, programId, prompt, arguments: request.arguments, folder: view.folder, size },
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
    return this.#records.get(id);
  }

  /** Asks every backend that has bottles whether they are there, and believes no longer what was known of the others. */
  askAgainNow(): void {
    this.backends.forget();
    this.#lives.askAgainNow();
  }

  /** A bottle in which something can be run, with its backend. Throws `not_found`, or `conflict` when it does not run. */
  running(id: string): { backend: BottleBackend; bottle: RunningBottle } {
    const record = this.get(id);
    if (record.bottle.state === "running") return this.#lives.running(record);
    throw new Failure("conflict", `The bottle '${record.bottle.label}' does not run`, {
      hint: "Launch the program again.",
    });
  }

  /** Ids of the bottles that are known, and backends: what a cleanup leaves alone. */
  known(): ReadonlySet<string> {
    return new Set(this.#records.all().flatMap(({ bottle }) => (lives(bottle) ? [bottle.id] : [])));
  }

  /** Bottles whose kept home is still wanted. */
  homesInUse(): ReadonlySet<string> {
    return this.#records.homesInUse();
  }

  log(id: string, lines: number): Promise<string[]> {
    this.get(id);
    return this.#notes.read(id, lines);
  }

  /** Ends everything in it, then its services. */
  async shut(id: string): Promise<void> {
    const record = this.get(id);
    if (!lives(record.bottle)) return;
    this.#notes.note(id, "closed by the person");
    await this.#lives.end(record);
  }

  /** Forgets an ended bottle; its home goes when no other bottle has it. Throws `conflict` while it runs. */
  async remove(id: string): Promise<void> {
    await this.#lives.remove(this.get(id));
  }

  #homeOfLaunch(launchId: string): string {
    const record = this.#records.ofLaunch(launchId);
    if (record?.homeOf == null) {
      throw new Failure("not_found", "The home of that launch was not kept", { hint: "Launch the program anew." });
    }
    return record.homeOf;
  }

  /** A workspace that is deleted takes its bottles with it: its terminals were ended already. */
  async #followWorkspaces(): Promise<void> {
    for await (const event of this.#parts.workspaces.watch(this.#stop.signal)) {
      const gone = goneBy(event);
      for (const record of this.#records.all().filter(({ bottle }) => gone(bottle.workspaceId))) {
        try {
          await this.#lives.end(record);
          await this.#lives.remove(record);
        } catch (error) {
          this.#parts.log.warn({ bottle: record.bottle.id, error }, "a bottle of a deleted workspace is still there");
        }
      }
    }
  }

  #prune(): void {
    const ended = this.#records.all().filter(({ bottle }) => !lives(bottle));
    for (const record of ended.slice(0, Math.max(0, ended.length - mostEnded))) {
      this.#lives
        .remove(record)
        .catch((error: unknown) =>
          this.#parts.log.warn({ bottle: record.bottle.id, error }, "an old bottle could not be removed"),
        );
    }
  }
}

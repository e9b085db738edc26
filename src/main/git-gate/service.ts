/** The git gates of all bottles: opens and closes them, keeps the mirrors behind, and answers what waits. */
import type { Git } from "#node/git/index.ts";
import { OneAtATime } from "#node/one-at-a-time.ts";
import type { Secret } from "#node/secret.ts";
import type { Database } from "#node/store/index.ts";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import { Failure } from "#shared/failure.ts";
import type { LiveList } from "#shared/live-list.ts";
import { type AccessParts, addressOf, checkAccess, type GateRepository } from "./access.ts";
import { Approvals } from "./approvals.ts";
import { Door } from "./door.ts";
import { EventLog } from "./event-log.ts";
import { type GateLimits, gateLimits } from "./limits.ts";
import { Mirrors } from "./mirrors.ts";
import { GateServer } from "./server.ts";

export type GitGatesParts = AccessParts & {
  database: Database.Database;
  git: Git;
  /** Where mirrors are kept. */
  folder: string;
  /** What must not be pushed; null while the vault is locked. */
  knownSecrets: () => readonly Secret[] | null;
  /** How long a push waits for a person. */
  holdSeconds: () => number;
  failed: (error: unknown, what: string) => void;
  limits?: GateLimits;
};

export type GateOptions = {
  bottleId: string;
  workspaceId: string;
  repositories: readonly GateRepository[];
  socket: string;
};

type Opened = { server: GateServer; doors: readonly Door[] };

export class GitGates {
  readonly #parts: GitGatesParts;
  readonly #log: EventLog;
  readonly #approvals: Approvals;
  readonly #mirrors: Mirrors;
  readonly #open = new Map<string, Opened>();
  readonly #turns = new OneAtATime();
  readonly #asked = new Set<(event: GitGateEvent) => void>();
  #swept: Promise<void> | null = null;

  constructor(parts: GitGatesParts) {
    this.#parts = parts;
    this.#log = new EventLog(parts.database);
    this.#approvals = new Approvals(this.#log);
    this.#mirrors = new Mirrors(parts.git, parts.folder);
  }

  get events(): LiveList<GitGateEvent> {
    return this.#log.list;
  }

  /** Throws what keeps the repositories from being served; changes nothing. How each is reached, in words. */
  async check(repositories: readonly GateRepository[]): Promise<string[]> {
    checkDistinct(repositories);
    await this.#parts.git.version();
    return Promise.all(repositories.map((repository) => checkAccess(repository, this.#parts)));
  }

  /** Throws `conflict` when the bottle's is open already; nothing is left open then. */
  open({ bottleId, workspaceId, repositories, socket }: GateOptions): Promise<void> {
    return this.#turns.run(bottleId, async () => {
      if (this.#open.has(bottleId)) throw new Failure("conflict", `the git gate of ${bottleId} is open already`);
      checkDistinct(repositories);
      await this.#sweep();
      const place = { bottleId, workspaceId };
      const doors = repositories.map((each) => new Door(place, each, this.#mirrors.use(each), this.#parts));
      const server = new GateServer(doors, {
        log: this.#log,
        approvals: this.#approvals,
        limits: this.#parts.limits ?? gateLimits,
        knownSecrets: this.#parts.knownSecrets,
        holdMs: () => this.#parts.holdSeconds() * 1000,
        asked: (event) => {
          for (const listener of this.#asked) listener(event);
        },
        failed: this.#parts.failed,
      });
      try {
        await server.listen(socket);
      } catch (error) {
        await this.#leave(doors);
        throw error;
      }
      this.#open.set(bottleId, { server, doors });
    });
  }

  isOpen(bottleId: string): boolean {
    return this.#open.has(bottleId);
  }

  /** Idempotent. The bottle is over: what of it waits for an answer is refused. */
  async close(bottleId: string): Promise<void> {
    await this.#turns.run(bottleId, async () => {
      const open = this.#open.get(bottleId);
      if (open === undefined) return;
      this.#open.delete(bottleId);
      await open.server.close();
      // Not waited for: packing a large mirror takes a while.
      this.#leave(open.doors).catch((error: unknown) => this.#parts.failed(error, "tidying a mirror of the git gate"));
    });
    this.#log.closeBottle(bottleId);
  }

  /** Main ends; bottles go on, and what waits for an answer is asked again by the agent's next push. */
  async stop(): Promise<void> {
    this.#approvals.close();
    await Promise.all([...this.#open.values()].map(({ server }) => server.close()));
    this.#open.clear();
  }

  approve(id: string): void {
    this.#approvals.approve(id);
  }

  refuse(id: string): void {
    this.#approvals.refuse(id);
  }

  /** Calls back for every push that waits for a person. Returns what ends that. */
  onAsked(listener: (event: GitGateEvent) => void): () => void {
    this.#asked.add(listener);
    return () => this.#asked.delete(listener);
  }

  #sweep(): Promise<void> {
    this.#swept ??= this.#mirrors
      .sweep()
      .catch((error: unknown) => this.#parts.failed(error, "clearing up after the git gate"));
    return this.#swept;
  }

  async #leave(doors: readonly Door[]): Promise<void> {
    for (const { mirror } of doors) await this.#mirrors.leave(mirror);
  }
}

/** Two that mean the same would make it chance which rules hold. */
function checkDistinct(repositories: readonly GateRepository[]): void {
  const seen = new Set<string>();
  for (const repository of repositories) {
    const { host, path } = addressOf(repository);
    for (const key of [`name ${repository.name}`, `upstream ${host}${path}`]) {
      if (seen.has(key))
        throw new Failure("invalid_input", `two git repositories of the manifest have the same ${key}`);
      seen.add(key);
    }
  }
}

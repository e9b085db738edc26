/** One repository of one bottle: the mirror behind it, and how recent that is. */
import { Failure } from "#shared/failure.ts";
import { type Access, type AccessParts, addressOf, type GateRepository, openAccess } from "./access.ts";
import type { Mirror, Refs } from "./mirror.ts";
import type { UpstreamAddress } from "./spellings.ts";

/** A fetch is one request after another; in the later ones upstream is not asked again for this long. */
const freshMs = 60_000;

export class Door {
  readonly bottleId: string;
  readonly workspaceId: string;
  readonly repository: GateRepository;
  readonly address: UpstreamAddress;
  readonly mirror: Mirror;
  readonly #parts: AccessParts;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(
    place: { bottleId: string; workspaceId: string },
    repository: GateRepository,
    mirror: Mirror,
    parts: AccessParts,
  ) {
    this.bottleId = place.bottleId;
    this.workspaceId = place.workspaceId;
    this.repository = repository;
    this.address = addressOf(repository);
    this.mirror = mirror;
    this.#parts = parts;
  }

  access(): Promise<Access> {
    return openAccess(this.repository, this.mirror.folder, this.#parts);
  }

  /** What upstream has now. Throws in words for an agent. */
  async refresh(signal: AbortSignal): Promise<Refs> {
    const refs = await this.mirror.refresh(() => this.access(), signal);
    this.#refreshedAt = performance.now();
    return refs;
  }

  /** What upstream had a moment ago: never anything older. */
  async fresh(signal: AbortSignal): Promise<Refs> {
    return performance.now() - this.#refreshedAt < freshMs ? this.mirror.refs : this.refresh(signal);
  }
}

/** In words for inside: a path, a handle or a command of the host is not told there. */
export function wordsForAgent(error: unknown): string {
  if (error instanceof Failure && error.code === "unavailable" && /vault is locked/i.test(error.message)) {
    return "the vault on the host is locked; a person has to unlock it";
  }
  if (error instanceof Failure && /^upstream could not be used/.test(error.message)) return error.message;
  return "the git gate could not do it; a person finds the reason on the bottle's page";
}

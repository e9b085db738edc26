/** The backends of this computer, and which of them a launch uses. */
import { type BackendName, backendNames, unknownBackend } from "#shared/bottles/names.ts";
import type { BottleBackendView } from "#shared/contract/bottles.ts";
import { Failure } from "#shared/failure.ts";
import type { Availability, BottleBackend } from "./backend.ts";

export class Backends {
  readonly #backends: readonly BottleBackend[];
  readonly #answers = new Map<BackendName, Promise<Availability>>();

  constructor(backends: readonly BottleBackend[]) {
    this.#backends = [...backends].sort((a, b) => backendNames.indexOf(a.name) - backendNames.indexOf(b.name));
  }

  all(): readonly BottleBackend[] {
    return this.#backends;
  }

  /** What was found out holds no longer: the next question is asked anew. */
  forget(): void {
    this.#answers.clear();
  }

  /** Throws `invalid_input` for a name nobody knows. */
  named(name: BackendName): BottleBackend {
    const backend = this.#backends.find((each) => each.name === name);
    if (backend === undefined) throw new Failure("invalid_input", unknownBackend(name));
    return backend;
  }

  /** The one that was named or the first that works. Throws `unavailable` with the reason. */
  async usable(name: BackendName | undefined): Promise<BottleBackend> {
    if (name !== undefined) {
      const backend = this.named(name);
      const answer = await this.#ask(backend, true);
      if (answer.available) return backend;
      throw new Failure("unavailable", `${name} does not work on this computer`, { hint: answer.reason });
    }
    const reasons: string[] = [];
    for (const backend of this.#backends) {
      const answer = await this.#ask(backend, true);
      if (answer.available) return backend;
      reasons.push(`${backend.name}: ${answer.reason}`);
    }
    throw new Failure("unavailable", "No isolation works on this computer", { hint: reasons.join(" ") });
  }

  /** Those that work, of what is known by now: to ask takes a program or two each. */
  async working(): Promise<BottleBackend[]> {
    const answers = await Promise.all(this.#backends.map((backend) => this.#ask(backend, true)));
    return this.#backends.filter((_, index) => answers[index]!.available);
  }

  async views(refresh: boolean): Promise<BottleBackendView[]> {
    if (refresh) this.forget();
    const answers = await Promise.all(this.#backends.map((backend) => this.#ask(backend, false)));
    const preferred = answers.findIndex(({ available }) => available);
    return this.#backends.map(({ name, summary }, index) => {
      const answer = answers[index]!;
      return {
        name,
        summary,
        available: answer.available,
        reason: answer.available ? null : answer.reason,
        repair: answer.available ? null : (answer.repair ?? null),
        preferred: index === preferred,
      };
    });
  }

  /** One that works is believed until somebody looks again; one that does not may have been installed meanwhile. */
  async #ask(backend: BottleBackend, again: boolean): Promise<Availability> {
    const asked = this.#answers.get(backend.name);
    const known = await asked;
    if (known !== undefined && (known.available || !again)) return known;
    // Somebody else asks already.
    const asks = this.#answers.get(backend.name);
    if (asks !== undefined && asks !== asked) return asks;
    const asking = backend.available();
    this.#answers.set(backend.name, asking);
    return asking;
  }
}

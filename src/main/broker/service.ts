/**
 * The broker: opens a listener for each bottle or run, gives it its sentinel, remembers it over a restart, and says what happens on it. The
 * vault is asked at every request, so a locked vault stops everything at once and a rotated secret counts from the next request on.
 */
import type { z } from "zod";
import type { Secret } from "#node/secret.ts";
import type { Database } from "#node/store/index.ts";
import { newToken } from "#node/token.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { Dialer, type DialerParts } from "../egress/index.ts";
import { type BrokerEvent, BrokerListener } from "./broker-listener.ts";
import { defaultTiming } from "./exchange.ts";
import { Ledger } from "./ledger.ts";
import type { Provider, Providers } from "./providers.ts";
import type { Route } from "./route.ts";
import type { ServerParts } from "./server.ts";
import type { SignInFormat } from "./sign-in/files.ts";
import { onHost } from "./sign-in/host-file.ts";
import { inVault, type SignInPlace, type VaultAccess } from "./sign-in/places.ts";
import { signInPath, signInPrograms } from "./sign-in/programs.ts";
import type { TokenEndpoint } from "./sign-in/refresh.ts";
import { SignIns } from "./sign-in/sign-ins.ts";
import { BrokerStore, type Owner, ownerSchema, type SavedListener, setupSchema } from "./store.ts";
import type { Limits } from "./usage/limits.ts";
import { noTotals } from "./usage/meter.ts";
import { valid } from "./valid.ts";

export type BrokerParts = {
  database: Database.Database;
  vault: VaultAccess;
  /** Asked again for every answer's price, so that the person's changes count at once. Throws when there is a mistake in their table. */
  providers: () => Providers;
  /** Certificates of the person's company, and how names are resolved. */
  dialer?: DialerParts;
  timing?: Partial<ServerParts["timing"]>;
  tokenEndpoints?: Record<SignInFormat, TokenEndpoint>;
  /** Of the person: says where their own programs keep sign-ins. */
  loginEnvironment?: () => Promise<Record<string, string>>;
};

const openSchema = setupSchema.extend({ owner: ownerSchema }).partial({ sentinel: true, hosts: true, limits: true });
/** `hosts`: names under which a bottle reaches its listener, when not as loopback. Without a sentinel a random one is made. */
export type OpenBroker = z.input<typeof openSchema> & {
  /** Closes the listener for good. */
  signal?: AbortSignal;
};

export class Broker {
  /** What was used and asked for, also by what is over. */
  readonly ledger: Ledger;
  readonly #parts: BrokerParts;
  readonly #store: BrokerStore;
  readonly #dialer: Dialer;
  readonly #signIns: SignIns;
  readonly #open = new Map<string, BrokerListener>();
  /** Why listeners that are remembered are not open. */
  readonly #lost = new Map<string, string>();
  readonly #hearers = new Set<(event: BrokerEvent) => void>();
  /** As they were without a mistake. */
  #providers: Providers = new Map();

  constructor(parts: BrokerParts) {
    this.#parts = parts;
    this.#store = new BrokerStore(parts.database);
    this.ledger = new Ledger(parts.database, this.#store);
    this.#dialer = new Dialer(parts.dialer);
    this.#signIns = new SignIns(this.#dialer, parts.tokenEndpoints);
  }

  /**
   * Opens the listener of a bottle or a run. Every handle has to be there (AV-19): the vault is asked for all of them first, and its Failure is
   * thrown as `vault: …` before anything listens. Throws `invalid_input` for a route that cannot be, `conflict` when the owner has a listener
   * already or the address is taken.
   */
  async open({ signal, ...given }: OpenBroker): Promise<BrokerListener> {
    const { owner, hosts = [], limits = {}, sentinel = `cellar-${newToken()}`, ...rest } = valid(openSchema, given);
    if (this.#open.has(keyOf(owner)))
      throw new Failure("conflict", `The ${owner.kind} ${owner.id} has a broker already`);
    for (const route of rest.routes) await this.#checked(route, owner);
    signal?.throwIfAborted();
    const listener = await this.#start({
      owner,
      setup: { ...rest, hosts, limits, sentinel },
      totals: noTotals,
    });
    signal?.addEventListener("abort", () => void listener.close(), { once: true });
    if (signal?.aborted) await listener.close();
    return listener;
  }

  of(owner: Owner): BrokerListener | undefined {
    return this.#open.get(keyOf(owner));
  }

  /** Why a listener that its owner should have is not there; null for one that is, and for an owner who has none. */
  whyLost(owner: Owner): string | null {
    return this.#lost.get(keyOf(owner)) ?? null;
  }

  /** Other limits for a bottle that runs. Throws `not_found`. */
  limit(bottleId: string, limits: Limits): BrokerUsage {
    const listener = this.of({ kind: "bottle", id: bottleId });
    if (listener === undefined) {
      throw new Failure("not_found", `No broker is open for ${bottleId}`, {
        hint: "A limit holds for a bottle that runs and has a route to its provider.",
      });
    }
    listener.limit(limits);
    return this.ledger.now(bottleId);
  }

  listeners(): BrokerListener[] {
    return [...this.#open.values()];
  }

  /**
   * After a start of main: every listener that was not closed is back at its address with its sentinel, routes and what it has used. Those that
   * cannot be are returned with the reason, and stay remembered; their bottles get no answer, which is closed.
   */
  async restore(): Promise<{ owner: Owner; problem: string }[]> {
    const { saved, broken } = this.#store.all();
    const failed = broken.map((owner) => ({ owner, problem: "What was remembered of its broker cannot be read" }));
    for (const listener of saved) {
      if (this.#open.has(keyOf(listener.owner))) continue;
      try {
        await this.#start(listener);
      } catch (error) {
        failed.push({ owner: listener.owner, problem: problemOf(error).message });
      }
    }
    this.#lost.clear();
    for (const { owner, problem } of failed) this.#lost.set(keyOf(owner), problem);
    return failed;
  }

  /** Forgets a listener that could not be restored. */
  forget(owner: Owner): void {
    if (this.#open.has(keyOf(owner))) return;
    this.#store.remove(owner);
    this.#lost.delete(keyOf(owner));
  }

  onEvent(hear: (event: BrokerEvent) => void): () => void {
    this.#hearers.add(hear);
    return () => void this.#hearers.delete(hear);
  }

  /** Ends with main: listeners close and stay remembered. */
  async stop(): Promise<void> {
    await Promise.all(this.listeners().map((listener) => listener.suspend()));
    this.ledger.stop();
  }

  async #start(saved: SavedListener): Promise<BrokerListener> {
    const key = keyOf(saved.owner);
    this.#refuseSecond(saved.owner);
    const listener = new BrokerListener(
      saved,
      {
        store: this.#store,
        dialer: this.#dialer,
        timing: { ...defaultTiming, ...this.#parts.timing },
        providerOf: (id) => this.#providerOf(id),
        secretOf: (route) => this.#secretOf(route, saved.owner),
        check: (route) => this.#checked(route, saved.owner),
        tell: (event) => this.#tell(event),
        gone: (over) => {
          this.#open.delete(key);
          this.ledger.ended(listener, over);
        },
      },
      this.ledger.before(saved.owner),
    );
    this.#open.set(key, listener);
    try {
      await listener.start();
    } catch (error) {
      this.#open.delete(key);
      throw error;
    }
    this.ledger.opened(listener);
    return listener;
  }

  #tell(event: BrokerEvent): void {
    if (event.type === "request") this.ledger.requested(event.owner, event.request);
    else if (event.type === "usage") this.ledger.used(event.owner);
    else this.ledger.changed(event.owner);
    for (const hear of this.#hearers) hear(event);
  }

  #refuseSecond(owner: Owner): void {
    if (!this.#open.has(keyOf(owner))) return;
    throw new Failure("conflict", `The ${owner.kind} ${owner.id} has a broker already`);
  }

  /** While there is a mistake in the person's table, answers count by what it said before. */
  #providerOf(id: string): Provider | undefined {
    try {
      this.#providers = this.#parts.providers();
    } catch {
      // Said to whoever launches with it; an answer that has come is counted all the same.
    }
    return this.#providers.get(id);
  }

  async #secretOf(route: Route, owner: Owner): Promise<Secret> {
    const { handle, signIn } = route.secret;
    const usedBy = `${owner.kind} ${owner.id}: ${route.key}`;
    if (signIn === undefined) return this.#parts.vault.resolveSecret(handle, usedBy);
    const place = route.secret.lent ? await this.#ofThePerson(signIn) : inVault(this.#parts.vault, handle, usedBy);
    return this.#signIns.accessToken(place, signIn);
  }

  async #ofThePerson(format: SignInFormat): Promise<SignInPlace> {
    const program = signInPrograms.find((each) => each.format === format)!;
    return onHost(program, signInPath(program, (await this.#parts.loginEnvironment?.()) ?? {}));
  }

  async #checked(route: Route, owner: Owner): Promise<void> {
    try {
      await this.#secretOf(route, owner);
    } catch (error) {
      const { code, message, hint } = problemOf(error);
      const said = route.secret.lent ? message : `vault: ${message}`;
      throw new Failure(code, said, hint === undefined ? {} : { hint });
    }
  }
}

function keyOf({ kind, id }: Owner): string {
  return `${kind} ${id}`;
}

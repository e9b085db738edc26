/** The broker of one bottle or run, as its owner sees it: its address, its routes, what went through it and what was used. */
import { z } from "zod";
import type { BrokerRequest } from "#shared/contract/broker.ts";
import { Failure } from "#shared/failure.ts";
import type { ListenAddress } from "./listen.ts";
import { type BrokerCounters, type LoggedBefore, RequestLog } from "./request-log.ts";
import { type Route, routeSchema } from "./route.ts";
import { BrokerServer, type ServerParts } from "./server.ts";
import type { BrokerStore, Owner, SavedListener } from "./store.ts";
import type { Limits } from "./usage/limits.ts";
import { Meter, type Totals } from "./usage/meter.ts";
import { valid } from "./valid.ts";

export type BrokerEvent =
  | { type: "request"; owner: Owner; request: BrokerRequest }
  | { type: "usage"; owner: Owner; totals: Totals }
  /** Once for each limit: what it asks for from now on is refused. */
  | { type: "limit"; owner: Owner; why: string }
  | { type: "limits"; owner: Owner };

export type ListenerServices = Pick<ServerParts, "dialer" | "timing" | "providerOf" | "secretOf"> & {
  store: BrokerStore;
  check: (route: Route) => Promise<void>;
  tell: (event: BrokerEvent) => void;
  /** `over`: for good. */
  gone: (over: boolean) => void;
};

export class BrokerListener {
  readonly owner: Owner;
  /** What the agent is given in place of every credential. */
  readonly sentinel: string;
  readonly #services: ListenerServices;
  readonly #log: RequestLog;
  readonly #meter: Meter;
  #saved: SavedListener;
  #server: BrokerServer | null = null;
  #limitTold = false;
  #ending: Promise<void> | null = null;

  /** `before`: what went through it until main ended. */
  constructor(saved: SavedListener, services: ListenerServices, before: LoggedBefore) {
    const { owner, setup, totals } = saved;
    this.#saved = saved;
    this.#services = services;
    this.owner = owner;
    this.sentinel = setup.sentinel;
    this.#meter = new Meter(setup.limits, totals);
    const hide = (text: string) => text.replaceAll(setup.sentinel, "[sentinel]");
    this.#log = new RequestLog(hide, (request) => services.tell({ type: "request", owner, request }), before);
  }

  /** Where it listens; the same after a restart. */
  get address(): ListenAddress {
    if (this.#server === null) throw new Failure("unavailable", "This broker is closed");
    return this.#server.address;
  }

  get routes(): readonly Route[] {
    return this.#saved.setup.routes;
  }

  get counters(): Readonly<BrokerCounters> {
    return this.#log.counters;
  }

  /** The newest requests, to be looked at or watched. */
  get requests(): RequestLog["list"] {
    return this.#log.list;
  }

  get totals(): Totals {
    return this.#meter.totals;
  }

  get limits(): Limits {
    return this.#meter.limits;
  }

  get counted(): Meter["counted"] {
    return this.#meter.counted;
  }

  /** Why nothing more may be used; null while it may. */
  get reached(): string | null {
    return this.#meter.reached();
  }

  /** Other limits hold from the next request on. Reaching one of them is told again. */
  limit(limits: Limits): void {
    this.#meter.limits = limits;
    this.#limitTold = false;
    this.#saved = { ...this.#saved, setup: { ...this.#saved.setup, limits } };
    this.#save();
    this.#services.tell({ type: "limits", owner: this.owner });
  }

  /** The base address of a route for the agent. `host` is what the bottle calls the listener; by default as on this machine. */
  urlOf(key: string, host?: string): string {
    const { address } = this;
    const here = "port" in address ? `${address.host}:${address.port}` : "localhost";
    return `http://${host ?? here}/${key}`;
  }

  /** Replaces all routes. Requests on their way over a route that is gone are ended. Handles are checked as when opening. */
  async update(routes: readonly z.input<typeof routeSchema>[]): Promise<void> {
    const parsed = valid(z.array(routeSchema), routes);
    for (const route of parsed) await this.#services.check(route);
    this.#saved = { ...this.#saved, setup: { ...this.#saved.setup, routes: parsed } };
    this.#save();
    this.#server?.update(parsed);
  }

  /** For {@link Broker}: begins to listen, and is remembered from then on. */
  async start(): Promise<void> {
    const { setup } = this.#saved;
    const { dialer, timing, providerOf, secretOf, tell } = this.#services;
    this.#server = await BrokerServer.open({
      listen: setup.listen,
      hosts: setup.hosts,
      sentinel: setup.sentinel,
      routes: setup.routes,
      dialer,
      timing,
      providerOf,
      secretOf,
      meter: this.#meter,
      log: this.#log,
      onUsage: () => {
        tell({ type: "usage", owner: this.owner, totals: this.#meter.totals });
        // At once and not with the next request: whoever is told in time can raise it before the program is refused anything.
        if (this.reached !== null) this.#tellLimit(this.reached);
      },
      onLimit: (why) => this.#tellLimit(why),
    });
    const { address } = this.#server;
    if ("port" in address) this.#saved = { ...this.#saved, setup: { ...setup, listen: { loopback: address.port } } };
    this.#save();
  }

  /** The bottle or run is over: nothing listens, nothing is remembered. */
  async close(): Promise<void> {
    this.#services.store.remove(this.owner);
    await this.#end(true);
  }

  /** For {@link Broker.stop}: nothing listens, everything is remembered. */
  async suspend(): Promise<void> {
    await this.#end(false);
  }

  /** Once, however often and by whomever it is asked for; all wait for the same end. */
  #end(over: boolean): Promise<void> {
    this.#ending ??= (async () => {
      const server = this.#server;
      this.#server = null;
      await server?.close();
      this.#services.gone(over);
    })();
    return this.#ending;
  }

  #tellLimit(why: string): void {
    if (this.#limitTold) return;
    this.#limitTold = true;
    this.#services.tell({ type: "limit", owner: this.owner, why });
  }

  #save(): void {
    this.#services.store.save({ ...this.#saved, totals: this.#meter.totals });
  }
}

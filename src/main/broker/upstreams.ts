/** The upstreams of one listener's routes. Routes may change while it serves: what stays keeps its connections. */
import type { Dialer } from "../egress/index.ts";
import type { Route } from "./route.ts";
import { Upstream } from "./upstream.ts";

export class Upstreams {
  readonly #dialer: Dialer;
  readonly #connectMs: number;
  readonly #upstreams = new Map<Route, Upstream>();

  constructor(dialer: Dialer, connectMs: number) {
    this.#dialer = dialer;
    this.#connectMs = connectMs;
  }

  /** The routes by which {@link of} knows them from now on. */
  update(routes: readonly Route[]): readonly Route[] {
    const before = new Map([...this.#upstreams].map(([route, upstream]) => [JSON.stringify(route), upstream]));
    this.#upstreams.clear();
    for (const route of routes) {
      const id = JSON.stringify(route);
      const upstream = before.get(id) ?? new Upstream(route, this.#dialer, this.#connectMs);
      before.delete(id);
      this.#upstreams.set(upstream.route, upstream);
    }
    for (const gone of before.values()) gone.close();
    return [...this.#upstreams.keys()];
  }

  /** Undefined for a route that was taken away. */
  of(route: Route): Upstream | undefined {
    return this.#upstreams.get(route);
  }

  close(): void {
    for (const upstream of this.#upstreams.values()) upstream.close();
  }
}

/** What went through a listener: counted, and the newest requests in a list that can be watched. Never a header, a body or a query. */
import type { BrokerRequest } from "#shared/contract/broker.ts";
import { LiveList } from "#shared/live-list.ts";

export type BrokerCounters = {
  requests: number;
  /** On their way now. */
  active: number;
  forwarded: number;
  refused: number;
  failed: number;
  bytesUp: number;
  bytesDown: number;
  redactions: number;
};

export const mostRequests = 500;
const longestPath = 512;

export const noCounters: BrokerCounters = {
  requests: 0,
  active: 0,
  forwarded: 0,
  refused: 0,
  failed: 0,
  bytesUp: 0,
  bytesDown: 0,
  redactions: 0,
};

export type LoggedBefore = { counters: BrokerCounters; requests: readonly BrokerRequest[] };
const nothingBefore: LoggedBefore = { counters: noCounters, requests: [] };

export class RequestLog {
  readonly list = new LiveList<BrokerRequest>();
  readonly counters: BrokerCounters;
  #next = 1;
  readonly #hide: (text: string) => string;
  readonly #onRequest: (request: BrokerRequest) => void;

  /** `hide` takes out of a path what must not stand in a log; `before` is what was logged until main ended. */
  constructor(hide: (text: string) => string, onRequest: (request: BrokerRequest) => void, before = nothingBefore) {
    this.#hide = hide;
    this.#onRequest = onRequest;
    this.counters = { ...before.counters, active: 0 };
    this.list.reset(before.requests);
    this.#next = Number(before.requests.at(-1)?.id ?? 0) + 1;
  }

  begin(method: string, target: string): PendingRequest {
    this.counters.requests++;
    this.counters.active++;
    const path = this.#hide(printable(target.replace(/[?#].*/s, ""))).slice(0, longestPath);
    return new PendingRequest({ method, path }, (request) => this.#add(request));
  }

  #add(done: Omit<BrokerRequest, "id">): void {
    const { counters } = this;
    counters.active--;
    counters.bytesUp += done.bytesUp;
    counters.bytesDown += done.bytesDown;
    counters.redactions += done.redactions;
    if (done.decision === "forwarded") counters.forwarded++;
    else if (done.decision === "refused") counters.refused++;
    else if (done.decision !== "answered") counters.failed++;
    const request = { id: String(this.#next++), ...done };
    this.list.set(request);
    this.list.remove(String(this.#next - 1 - mostRequests));
    this.#onRequest(request);
  }
}

/** A request until its end; it is logged once. */
export class PendingRequest {
  /** Key of the route, and host of its upstream; null when no route was found. */
  route: string | null = null;
  host: string | null = null;
  status: number | null = null;
  bytesUp = 0;
  bytesDown = 0;
  redactions = 0;
  readonly #about: { method: string; path: string };
  readonly #done: (request: Omit<BrokerRequest, "id">) => void;
  readonly #at = new Date();
  readonly #started = performance.now();
  #ended = false;

  constructor(about: { method: string; path: string }, done: (request: Omit<BrokerRequest, "id">) => void) {
    this.#about = about;
    this.#done = done;
  }

  end(decision: BrokerRequest["decision"], reason: string | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    const { route, host, status, bytesUp, bytesDown, redactions } = this;
    const ms = Math.round((performance.now() - this.#started) * 100) / 100;
    this.#done({
      at: this.#at.toISOString(),
      ...this.#about,
      route,
      host,
      status,
      bytesUp,
      bytesDown,
      redactions,
      ms,
      decision,
      reason,
    });
  }
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "�");
}

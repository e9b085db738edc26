/** The part of MCP that needs the SDK. Loaded when the first client comes: most starts of Cellar never need it, and it takes its time. */
import { createMcpHandler, type McpHttpHandler } from "@modelcontextprotocol/server";
import type { WebSocket } from "ws";
import { largestMessageBytes } from "#shared/connection.ts";
import { type Identity, keyOf } from "./caller.ts";
import { serveMcpSocket } from "./connection.ts";
import type { Offer } from "./offer.ts";
import { mcpServer, type ServerParts } from "./server.ts";
import { Updates } from "./updates.ts";

export type ServingParts = ServerParts & { events: ConstructorParameters<typeof Updates>[1] };

/** Handler of one caller, apart from those of others: what is told on its streams is within its reach. */
type Handler = { http: McpHttpHandler; stop: () => void };

export class Serving {
  readonly #parts: ServingParts;
  readonly #updates: Updates;
  readonly #handlers = new Map<string, Handler>();

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.#updates = new Updates(parts.callers, parts.events);
  }

  /** The first offer that a caller is made is the one that it keeps, until {@link endFor}. */
  serve(identity: Identity, offer: Offer, request: Request): Promise<Response> {
    return this.#handler(identity, offer).http.fetch(request);
  }

  serveSocket(identity: Identity, socket: WebSocket): void {
    serveMcpSocket(this.#parts, this.#updates, identity, socket);
  }

  /** Ends the streams of a caller that is none any more. */
  endFor(identity: Identity): void {
    const handler = this.#handlers.get(keyOf(identity));
    this.#handlers.delete(keyOf(identity));
    handler?.stop();
  }

  close(): void {
    for (const handler of this.#handlers.values()) handler.stop();
    this.#handlers.clear();
    this.#updates.close();
  }

  #handler(identity: Identity, offer: Offer): Handler {
    const known = this.#handlers.get(keyOf(identity));
    if (known) return known;
    // A client of the 2025 revisions is served request by request, so it cannot be told of anything in between.
    const http = createMcpHandler(
      ({ era }) => mcpServer(this.#parts, { identity, offer, via: "http", notified: era === "modern" }),
      {
        maxRequestBodySize: largestMessageBytes,
        onerror: (error) => this.#parts.log.debug({ err: error }, "a request was not served"),
      },
    );
    const unfollow = this.#updates.follow(identity, {
      changed: (uri) => http.notify.resourceUpdated(uri),
      listChanged: () => http.notify.resourcesChanged(),
    });
    const stop = () => {
      unfollow();
      void http.close();
    };
    const handler = { http, stop };
    this.#handlers.set(keyOf(identity), handler);
    return handler;
  }
}

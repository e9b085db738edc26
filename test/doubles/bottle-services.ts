/**
 * A gateway and a broker of a bottle, as small as they can be and really listening: an HTTP proxy that refuses every CONNECT but those
 * to hosts of the plan (which it answers itself), and a server that says what it was asked. Stands in where the real ones are not under test.
 */
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { BottleReach, BottleServices, OpenServices } from "#main/bottles/index.ts";
import { servicePorts } from "#shared/bottles/names.ts";
import type { BottleServiceState } from "#shared/contract/bottles.ts";

export class SmallServices implements BottleServices {
  readonly opened = new Map<string, Server[]>();
  readonly connects: string[] = [];
  /** Every CONNECT is let through: what the probe has to notice. */
  leaks = false;
  /** No service can be opened. */
  broken: string | null = null;
  readonly #listeners = new Set<(id: string) => void>();

  async plan(reach: BottleReach) {
    return {
      services: ["broker", "gateway"] as const,
      allowedHosts: [...reach.allowedHosts],
      routes: reach.provider === null ? [] : [`${reach.provider} [auth:Bearer]`],
      environment: ["SMALL_BROKER"],
      notEnforced: [],
      brokered: null,
      brokeredHosts: [],
      files: [],
      onlyBrokered: [],
      gitGate: [],
    };
  }

  async open(bottle: { id: string; directory: string }, reach: BottleReach): Promise<OpenServices> {
    if (this.broken !== null) throw new Error(this.broken);
    const gateway = createServer((_, response) => response.writeHead(403).end("refused\n"));
    gateway.on("connect", (request, socket) => {
      this.connects.push(request.url ?? "");
      const allowed = this.leaks || reach.allowedHosts.some((host) => request.url === `${host}:443`);
      socket.end(allowed ? "HTTP/1.1 200 OK\r\n\r\nhello from outside\n" : "HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    const broker = createServer((request, response) => response.end(`broker of ${bottle.id}: ${request.url}\n`));
    const ports = [
      { name: "gateway", server: gateway },
      { name: "broker", server: broker },
    ] as const;
    this.opened.set(bottle.id, [gateway, broker]);
    for (const { name, server } of ports) {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(join(bottle.directory, `${name}.sock`), resolve);
      });
    }
    return {
      ports: ports.map(({ name }) => ({
        name,
        port: servicePorts[name],
        socket: join(bottle.directory, `${name}.sock`),
      })),
      environment: { SMALL_BROKER: `http://127.0.0.1:${servicePorts.broker}` },
      homeFiles: [],
      trust: null,
      trusted: Promise.resolve(),
      brokered: null,
      probe: null,
    };
  }

  restore(bottle: { id: string; directory: string }, reach: BottleReach): Promise<OpenServices> {
    return this.open(bottle, reach);
  }

  states(bottleId: string): BottleServiceState[] {
    if (!this.opened.has(bottleId)) return [];
    return (["broker", "gateway"] as const).map((name) => ({
      name,
      state: "up",
      port: servicePorts[name],
      detail: null,
    }));
  }

  onChange(changed: (id: string) => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  async close(bottleId: string): Promise<void> {
    for (const server of this.opened.get(bottleId) ?? []) {
      server.closeAllConnections();
      server.close();
    }
    this.opened.delete(bottleId);
    for (const listener of this.#listeners) listener(bottleId);
  }
}

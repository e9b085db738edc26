/** What listens on the host and must not be reached from a bottle; each writes down that somebody came. And what a bottle may reach. */
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { once } from "node:events";
import { createServer as createWeb } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { createServer as createTls } from "node:tls";
import type { Pair } from "#test/product/certificates.ts";

const words = "served by the host";
const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${words.length}\r\nConnection: close\r\n\r\n${words}`;

/** An address of this computer that others could reach it by; its loopback where it has none. */
export function hostAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";
}

export class HostServices implements AsyncDisposable {
  /** Who came where nobody may. */
  readonly came: string[] = [];
  readonly #servers: Server[] = [];
  readonly #datagrams: Datagrams[] = [];
  ports = { tcp: 0, udp: 0, allowed: 0, allowedTls: 0, watched: 0 };
  readonly abstract = `cellar-escape-${process.pid}`;

  /** `sockets`: files at which something listens too. */
  static async start(sockets: readonly string[], tls: Pair): Promise<HostServices> {
    const services = new HostServices();
    const forbidden = (name: string) =>
      createServer((socket) => {
        services.came.push(name);
        socket.on("error", () => {});
        socket.end(answer);
      });
    // On every address, as careless services are.
    services.ports.tcp = await services.#listen(forbidden("tcp"), { host: "::", port: 0 });
    await services.#listen(forbidden("abstract socket"), { path: `\0${services.abstract}` });
    for (const path of sockets) await services.#listen(forbidden(path), { path });
    const allowed = () => createWeb((_, response) => response.end(words)) as Server;
    const here = { host: "127.0.0.1", port: 0 };
    services.ports.allowed = await services.#listen(allowed(), here);
    services.ports.watched = await services.#listen(allowed(), here);
    services.ports.allowedTls = await services.#listen(
      createTls(tls, (socket) => socket.end(answer)).on("tlsClientError", () => {}),
      here,
    );
    const udp = createSocket("udp6");
    udp.bind(0, "::");
    await once(udp, "listening");
    services.#datagrams.push(udp);
    services.ports.udp = udp.address().port;
    udp.on("message", (query, from) => {
      services.came.push("udp");
      udp.send(dnsAnswer(query), from.port, from.address);
    });
    return services;
  }

  async #listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<number> {
    server.on("error", () => {});
    server.listen(where);
    await once(server, "listening");
    this.#servers.push(server);
    const at = server.address();
    return typeof at === "string" ? 0 : (at as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.splice(0)) server.close();
    for (const each of this.#datagrams.splice(0)) each.close();
  }
}

/** The query with one record behind it: a name server that knows everything. */
function dnsAnswer(query: Buffer): Buffer {
  const copy = Buffer.from(query);
  if (copy.length < 12) return copy;
  copy[2] = 0x81;
  copy[3] = 0x80;
  copy[7] = 1;
  return Buffer.concat([copy, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 1])]);
}

/** Where a bottle finds its gateway: a socket of its own, or an address on a network that it shares with nobody else. */
import type { Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { listenOnSocket } from "#node/listen-on-socket.ts";
import { Failure } from "#shared/failure.ts";

export type Listen =
  /** For a bottle whose network has only a loopback. `dnsPath` speaks DNS as over TCP. */
  | { type: "unix"; path: string; dnsPath: string }
  /**
   * `port` 0: any; the one that was taken is to be asked for again after a restart. `dnsPort` null: no resolver. Others can reach an address, so
   * that the proxy wants a password there.
   */
  | { type: "address"; address: string; port: number; dnsPort: number | null };

/** As asked for, with the ports that were taken. */
export type Listening = Listen;

/** What is listened with; `datagrams` only where there is a resolver on an address. */
export type Doors = { proxy: Server; names: Server; datagrams: UdpSocket | null };

export async function listen(wanted: Listen, doors: Doors): Promise<Listening> {
  try {
    if (wanted.type === "unix") {
      await listenOnSocket(doors.proxy, wanted.path);
      await listenOnSocket(doors.names, wanted.dnsPath);
      return wanted;
    }
    await listenOn(doors.proxy, { host: wanted.address, port: wanted.port });
    const { port } = doors.proxy.address() as AddressInfo;
    if (wanted.dnsPort === null || doors.datagrams === null) return { ...wanted, port };
    await listenOn(doors.names, { host: wanted.address, port: wanted.dnsPort });
    const { port: dnsPort } = doors.names.address() as AddressInfo;
    const bound = once(doors.datagrams, "listening");
    doors.datagrams.bind(dnsPort, wanted.address);
    await bound;
    return { ...wanted, port, dnsPort };
  } catch (error) {
    const place = wanted.type === "unix" ? wanted.path : `${wanted.address}:${wanted.port}`;
    throw new Failure("unavailable", `the gateway cannot listen on ${place}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function listenOn(server: Server, where: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

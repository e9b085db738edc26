/** Where a listener listens: a Unix socket that only we can open, or loopback. Never another interface. */
import { type AddressInfo, connect, type Server } from "node:net";
import { z } from "zod";
import { listenOnSocket } from "#node/listen-on-socket.ts";
import { Failure } from "#shared/failure.ts";

export const listenSchema = z.union([
  z.strictObject({ socketPath: z.string().min(1) }),
  /** 0 takes any free port. */
  z.strictObject({ loopback: z.int().min(0).max(65535) }),
]);
export type ListenOn = z.infer<typeof listenSchema>;

export type ListenAddress = { socketPath: string } | { host: string; port: number };

/**
 * Listens, and says where, and which values of `host` mean it. `names`: further ones; one without a port goes with the listener's own.
 * Throws `conflict` when the address is taken.
 */
export async function listenOn(
  server: Server,
  on: ListenOn,
  names: readonly string[],
): Promise<{ address: ListenAddress; hosts: ReadonlySet<string> }> {
  if ("socketPath" in on) {
    const { socketPath } = on;
    if (await answers(socketPath)) throw taken(socketPath);
    await listenOnSocket(server, socketPath);
    return { address: { socketPath }, hosts: inLowerCase(["localhost", ...names]) };
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? taken(`port ${on.loopback}`) : error),
    );
    server.listen(on.loopback, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const withPort = (host: string) => (/:\d+$/.test(host) ? [host] : [`${host}:${port}`, host]);
  return {
    address: { host: "127.0.0.1", port },
    hosts: inLowerCase([`127.0.0.1:${port}`, `localhost:${port}`, ...names.flatMap(withPort)]),
  };
}

function inLowerCase(hosts: readonly string[]): ReadonlySet<string> {
  return new Set(hosts.map((host) => host.toLowerCase()));
}

function taken(where: string): Failure {
  return new Failure("conflict", `The broker cannot listen: ${where} is taken by another program`);
}

/** A socket file whose process is gone is nobody's; one that answers belongs to somebody. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

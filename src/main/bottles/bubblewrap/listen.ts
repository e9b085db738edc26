/**
 * Runs for some milliseconds inside the network of a bottle, started through nsenter(1) by main: opens the services' ports there, hands the
 * listening sockets to main, and tries whether anything gets out. Nothing of it stays: a socket keeps the network it was opened in.
 */
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout } from "node:timers/promises";
import { type NetworkProbe, probeNetwork } from "../probe.ts";

export type ListenRequest = { ports: number[] };
export type ProbeRequest = { probe: NetworkProbe };
/** `listening` comes with the server; `probed` says what got through. */
export type ListenAnswer = { listening: number } | { probed: string[] } | { failed: string };

const lookEveryMs = 2;

const channel = process.send?.bind(process);
if (channel !== undefined) {
  process.on("message", (request: ListenRequest | ProbeRequest) => {
    const work = "ports" in request ? listen(request.ports) : probe(request.probe);
    work.catch((error: Error) => tell({ failed: error.message }));
  });
  process.on("disconnect", () => process.exit());
}

function tell(answer: ListenAnswer, server?: Server): Promise<void> {
  return new Promise((resolve) => channel?.(answer, server, {}, () => resolve()));
}

async function listen(ports: readonly number[]): Promise<void> {
  await loopbackIsUp();
  for (const port of ports) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: "127.0.0.1", port }, resolve);
    });
    await tell({ listening: port }, server);
    // Only this handle of it; main has its own.
    server.close();
  }
}

/** bwrap says the pid of its bottle before it has brought the loopback up, and what comes between would find no way to its own ports. */
async function loopbackIsUp(): Promise<void> {
  const isUp = () => Object.values(networkInterfaces()).some((each) => each?.some(({ internal }) => internal));
  while (!isUp()) await setTimeout(lookEveryMs);
}

async function probe(request: NetworkProbe): Promise<void> {
  await tell({ probed: await probeNetwork(request) });
}

/**
 * Runs for some milliseconds inside the network of a bottle, started through nsenter(1) by main: opens the services' ports there, hands the
 * listening sockets to main, and tries whether anything gets out. Nothing of it stays: a socket keeps the network it was opened in.
 */
import { createServer, type Server, Socket } from "node:net";
import type { ProbeHeader } from "../backend.ts";

export type ListenRequest = { ports: number[] };
export type ProbeRequest = { probe: { gateway: number | null; header: ProbeHeader | null } };
/** `listening` comes with the server; `probed` says what got through. */
export type ListenAnswer = { listening: number } | { probed: string[] } | { failed: string };

/** Documentation addresses (RFC 5737, RFC 3849): if a packet to one of these finds a way, one to any other does. */
const outside = [
  { host: "192.0.2.1", port: 443 },
  { host: "2001:db8::1", port: 443 },
] as const;
/** A name that is never on an allow-list, and an address that no name led to. */
const notAllowed = ["cellar-probe.invalid:443", "192.0.2.1:443"] as const;
/** Without a route the kernel answers at once; what takes longer has found one. */
const patienceMs = 500;
/** The gateway may be busy with other bottles. */
const gatewayPatienceMs = 5_000;

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

async function probe({ gateway, header }: ProbeRequest["probe"]): Promise<void> {
  const found = await Promise.all([
    ...outside.map(async ({ host, port }) =>
      (await refused(host, port)) ? [] : [`${host} can be reached without the gateway`],
    ),
    ...(gateway === null ? [] : notAllowed.map((target) => throughGateway(gateway, target, header))),
  ]);
  await tell({ probed: found.flat() });
}

function refused(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patienceMs, () => finish(false));
    socket.once("connect", () => finish(false));
    socket.once("error", () => finish(true));
    socket.connect(port, host);
  });
}

function throughGateway(gateway: number, target: string, header: ProbeHeader | null): Promise<string[]> {
  const own = header === null ? "" : `${header.name}: ${header.value}\r\n`;
  return new Promise((resolve) => {
    const socket = new Socket();
    let text = "";
    const finish = (found: string[]) => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(gatewayPatienceMs, () => finish(["the gateway does not answer"]));
    socket.once("error", (error) => finish([`the gateway does not answer: ${error.message}`]));
    socket.once("close", () => finish(["the gateway does not answer"]));
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
      if (status !== undefined) finish(status.startsWith("2") ? [`the gateway lets ${target} through`] : []);
    });
    socket.connect(gateway, "127.0.0.1", () =>
      socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${own}\r\n`),
    );
  });
}

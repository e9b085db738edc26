/** Tries from inside a bottle's network whether anything gets out. Runs wherever a backend can run it, so it needs nothing but Node. */
import { Socket } from "node:net";
import type { ProbeHeader } from "./backend.ts";

export type NetworkProbe = { gateway: number | null; header: ProbeHeader | null };

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

/** What got through, as sentences; nothing is the only good answer. */
export async function probeNetwork({ gateway, header }: NetworkProbe): Promise<string[]> {
  const found = await Promise.all([
    ...outside.map(async ({ host, port }) =>
      (await refused(host, port)) ? [] : [`${host} can be reached without the gateway`],
    ),
    ...(gateway === null ? [] : notAllowed.map((target) => throughGateway(gateway, target, header))),
  ]);
  return found.flat();
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

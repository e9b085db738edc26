/**
 * Listens on the services' ports in the network of a bottle, under the base image's Node, and so uses nothing newer than Node 18:
 *
 * - `forward.js 9099=/run/…/gateway.sock …` passes each connection on to the service's socket; where nothing listens there, it ends.
 * - `forward.js stdio 9099 …` carries them over stdin and stdout, and ends with these.
 * - `forward.js probe` is asked on stdin ({@link InsideProbe}) and answers on stdout.
 */
import { connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { type NetworkProbe, probeNetwork } from "../probe.ts";
import { Mux } from "./mux.ts";

export type InsideProbe = { ports: number[]; probe: NetworkProbe };

/** Of the other process of this program, which starts at the same time; in ms. */
const patienceMs = 20_000;
const lookEveryMs = 20;

const [mode, ...rest] = process.argv.slice(2);
if (mode === "probe") void answerProbe();
else if (mode === "stdio") overStdio(rest.map(Number));
else if (mode !== undefined) {
  for (const route of [mode, ...rest]) {
    const [port, ...path] = route.split("=");
    listen(Number(port), () => connect({ path: path.join("="), allowHalfOpen: true }));
  }
}

function overStdio(ports: readonly number[]): void {
  // The other side opens none.
  const mux = new Mux(
    (bytes) => void process.stdout.write(bytes),
    (connection) => connection.destroy(),
  );
  process.stdin.on("data", (bytes: Buffer) => mux.receive(bytes));
  process.stdin.on("close", () => process.exit());
  process.stdin.on("end", () => process.exit());
  process.stdout.on("error", () => process.exit());
  for (const port of ports) listen(port, () => mux.open(port));
}

function listen(port: number, reach: () => Duplex): void {
  const server = createServer({ allowHalfOpen: true }, (inside: Socket) => {
    const service = reach();
    inside.pipe(service);
    service.pipe(inside);
    const drop = () => {
      inside.destroy();
      service.destroy();
    };
    inside.on("error", drop);
    service.on("error", drop);
    // One that was lost has no error, and an end of its own neither.
    service.on("close", () => inside.destroySoon());
    inside.on("close", () => service.destroy());
  });
  server.listen({ host: "127.0.0.1", port });
}

async function answerProbe(): Promise<void> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  const { ports, probe } = JSON.parse(text) as InsideProbe;
  for (const port of ports) await listening(port);
  process.stdout.write(JSON.stringify(await probeNetwork(probe)));
}

async function listening(port: number): Promise<void> {
  for (const end = Date.now() + patienceMs; ; await setTimeout(lookEveryMs)) {
    if (await accepts(port)) return;
    if (Date.now() > end) throw new Error(`nothing listens on port ${port}`);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

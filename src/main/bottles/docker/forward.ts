/**
 * Runs in the container of a bottle's ports, under the base image's Node, and so uses nothing newer than Node 18: listens on the services' ports in
 * the network of the program and passes each connection on to the service's socket. Where nothing listens there, the connection ends.
 *
 * `forward.js 9099=/run/…/gateway.sock …` forwards; `forward.js probe` is asked on stdin ({@link InsideProbe}) and answers on stdout.
 */
import { connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { type NetworkProbe, probeNetwork } from "../probe.ts";

export type InsideProbe = { ports: number[]; probe: NetworkProbe };

/** Of the other process of this program, which starts at the same time; in ms. */
const patienceMs = 20_000;
const lookEveryMs = 20;

const [first, ...rest] = process.argv.slice(2);
if (first === "probe") void answerProbe();
else if (first !== undefined) for (const route of [first, ...rest]) forward(route);

function forward(route: string): void {
  const [port, ...path] = route.split("=");
  const server = createServer({ allowHalfOpen: true }, (inside: Socket) => {
    const service = connect({ path: path.join("="), allowHalfOpen: true });
    inside.pipe(service);
    service.pipe(inside);
    const drop = () => {
      inside.destroy();
      service.destroy();
    };
    inside.on("error", drop);
    service.on("error", drop);
  });
  server.listen({ host: "127.0.0.1", port: Number(port) });
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

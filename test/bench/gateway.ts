/** The gateway against a bare Node tunnel that decides nothing, in one run: what a CONNECT costs more, and what passes through. */

import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { World } from "#test/gateway-world.ts";
import { flood } from "#test/product/flood.ts";
import { type Figure, median } from "./figure.ts";

const rounds = 300;
const bytes = 512 * 1024 ** 2;
const name = "site.example";

export async function measureGateway(): Promise<Figure[]> {
  await using world = await World.open([]);
  world.names.set(name, "127.0.0.1");
  const chunk = Buffer.alloc(256 * 1024);
  const port = await world.listen(
    createTlsServer(world.certificateFor(name), (socket) => {
      socket.on("error", () => {});
      socket.once("data", (asked) => (asked.toString() === "all" ? flood(socket, chunk, bytes) : socket.end("x")));
    }),
  );
  world.allow(name, port);
  const bare = await bareTunnel(world, port);
  const through = { gateway: world.socket, bare };
  const times = { gateway: [] as number[], bare: [] as number[] };
  // By turns, so that whatever else the machine does meets both alike.
  for (let round = 0; round < rounds; round++) {
    for (const which of ["gateway", "bare"] as const) times[which].push(await firstByte(world, through[which], port));
  }
  const rates = { gateway: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 3; round++) {
    for (const which of ["gateway", "bare"] as const) rates[which].push(await rate(world, through[which], port));
  }
  const note = `${median(times.gateway).toFixed(2)} ms and ${median(times.bare).toFixed(2)} ms`;
  return [
    {
      name: "gateway: added p50 of CONNECT, TLS and a first byte",
      value: median(times.gateway) - median(times.bare),
      unit: "ms",
      budget: { at: "most", value: 1 },
      note,
    },
    {
      name: "gateway: throughput of a tunnel",
      value: median(rates.gateway) / median(rates.bare),
      unit: "×",
      peer: "a bare Node tunnel",
      note: `${Math.round(median(rates.gateway))} MB/s`,
    },
  ];
}

/** CONNECT as short as it can be written: reads the head, dials, pipes. */
async function bareTunnel(world: World, port: number): Promise<string> {
  const path = world.folder.in("bare.sock");
  const server = createServer((client) => {
    client.once("data", () => {
      const upstream = connectTcp({ port, host: "127.0.0.1", noDelay: true }, () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      upstream.on("error", () => client.destroy());
    });
    client.on("error", () => {});
  });
  server.listen(path);
  await once(server, "listening");
  server.unref();
  return path;
}

async function open(world: World, path: string, port: number): Promise<Socket> {
  const socket = connectTcp({ path });
  socket.write(`CONNECT ${name}:${port} HTTP/1.1\r\nHost: ${name}:${port}\r\n\r\n`);
  await once(socket, "data");
  const secured = connectTls({ socket, servername: name, ca: world.ca.cert });
  await once(secured, "secureConnect");
  return secured;
}

async function firstByte(world: World, path: string, port: number): Promise<number> {
  const started = performance.now();
  const socket = await open(world, path, port);
  socket.write("one");
  await once(socket, "data");
  const took = performance.now() - started;
  socket.destroy();
  return took;
}

/** Megabytes per second. */
async function rate(world: World, path: string, port: number): Promise<number> {
  const socket = await open(world, path, port);
  const started = performance.now();
  socket.write("all");
  let received = 0;
  for await (const part of socket) received += (part as Buffer).length;
  return received / 1e6 / ((performance.now() - started) / 1000);
}

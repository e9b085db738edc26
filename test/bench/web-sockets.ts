/** WebSockets that the gateway's detectors look at, against the broker's, which looks for one credential on the way back, in one run. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { FrameReader, FrameWriter, isControl } from "#main/gateway/web-socket-frames.ts";
import { Secret } from "#node/secret.ts";
import { World } from "#test/gateway-world.ts";
import { Fixture, route } from "#test/integration/broker/fixture.ts";
import { flood } from "#test/product/flood.ts";
import { type Figure, median } from "./figure.ts";

const bytes = 16 * 1024 ** 2;
const words = "The quick brown fox jumps over the lazy dog, and nothing here is a secret. ";
/** Of what a model streams, and of what a program sends with all that was said so far. */
const payloads = {
  "events of 200 bytes": JSON.stringify({ type: "response.output_text.delta", item_id: "i", delta: words.repeat(2) }),
  "messages of 60 kB": JSON.stringify({ type: "response.create", input: words.repeat(800) }),
};
type Payload = keyof typeof payloads;
type Way = "in" | "out";

export async function measureWebSockets(): Promise<Figure[]> {
  await using world = await World.open([], { knownSecrets: () => [new Secret("a value of the vault")] });
  await using broker = new Fixture();
  const port = await world.listen(upstream());
  world.names.set("chat.example", "127.0.0.1");
  world.allow("chat.example", port, { detectors: { tokens: "redact", secrets: "redact", incoming: "redact" } });
  const socketPath = world.folder.in("broker.sock");
  const listener = await broker.open([route(port, { webSocket: true })], { listen: { socketPath } });
  const dial: Record<string, (path: string) => Promise<Socket>> = {
    gateway: (path) => open(world.socket, `http://chat.example:${port}/v1${path}`, `chat.example:${port}`),
    broker: (path) => open(socketPath, `/llm/test/v1${path}`, "localhost", `X-Api-Key: ${listener.sentinel}\r\n`),
  };
  const figures: Figure[] = [];
  for (const payload of Object.keys(payloads) as Payload[]) {
    for (const way of ["in", "out"] as const) {
      const rates: Record<string, number[]> = { gateway: [], broker: [] };
      // By turns, so that whatever else the machine does meets both alike.
      for (let round = 0; round < 3; round++) {
        for (const [which, times] of Object.entries(rates)) times.push(await rate(dial[which]!, way, payload));
      }
      const [gateway, through] = [median(rates["gateway"]!), median(rates["broker"]!)];
      figures.push({
        name: `gateway: WebSocket that is looked at, ${payload}, ${way}wards`,
        value: gateway / through,
        unit: "×",
        peer: "the broker's WebSocket",
        note: `${gateway.toFixed(1)} MB/s and ${through.toFixed(1)} MB/s`,
      });
    }
  }
  return figures;
}

/** Frames of one payload, one after the other, and how many bytes of them are one chunk. */
function framed(payload: Payload, masked: boolean): Buffer {
  const content = Buffer.from(payloads[payload]);
  const part = { opcode: 1, final: true, length: content.length, payload: content, begins: true, ends: true };
  const frame = new FrameWriter({ masked }).take(part)!;
  return Buffer.concat(Array(Math.ceil((64 * 1024) / frame.length)).fill(frame));
}

/** `/in/<payload>` floods; of what comes to `/out` it says once it has all. */
function upstream() {
  return createServer().on("upgrade", (request, socket: Socket, head: Buffer) => {
    const accept = createHash("sha1").update(
      `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
    );
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept.digest("base64")}\r\n\r\n`,
    );
    socket.on("error", () => {});
    const [, way, payload] = /\/(in|out)\/(.*)$/.exec(decodeURIComponent(request.url!))! as unknown as [
      string,
      Way,
      Payload,
    ];
    socket.unshift(head);
    if (way === "in") {
      flood(socket, framed(payload, false), bytes);
      socket.resume();
    } else void counted(socket, true).then(() => socket.end(new FrameWriter({ masked: false }).close(1000, "")));
  });
}

/** Resolves when so many bytes of payload have come. */
async function counted(socket: Socket, masked: boolean): Promise<void> {
  const reader = new FrameReader({ masked });
  const { promise, resolve } = Promise.withResolvers<void>();
  // What is flooded are frames, heads and all.
  let left = bytes * 0.9;
  socket.on("data", (chunk) => {
    for (const part of reader.push(chunk)) if (!isControl(part)) left -= part.payload.length;
    if (left <= 0) resolve();
  });
  socket.on("close", resolve);
  socket.resume();
  return promise;
}

async function open(path: string, target: string, host: string, more = ""): Promise<Socket> {
  const socket = connect({ path });
  socket.on("error", () => {});
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`,
  );
  let answer = Buffer.alloc(0);
  while (!answer.includes("\r\n\r\n")) answer = Buffer.concat([answer, (await once(socket, "data"))[0]]);
  socket.pause();
  const head = answer.subarray(0, answer.indexOf("\r\n\r\n")).toString();
  if (!head.startsWith("HTTP/1.1 101")) throw new Error(answer.toString());
  socket.unshift(answer.subarray(head.length + 4));
  return socket;
}

/** Megabytes per second. */
async function rate(dial: (path: string) => Promise<Socket>, way: Way, payload: Payload): Promise<number> {
  const socket = await dial(`/${way}/${encodeURIComponent(payload)}`);
  const started = performance.now();
  if (way === "in") await counted(socket, false);
  else {
    flood(socket, framed(payload, true), bytes);
    socket.resume();
    await once(socket, "data");
  }
  const took = performance.now() - started;
  socket.destroy();
  return (bytes * 0.9) / 1e6 / (took / 1000);
}

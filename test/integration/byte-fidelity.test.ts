/** Promise: every byte a program prints arrives once, in order and unchanged, through host, main and stream, whatever the client does. */
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { subprotocols, terminalPath, terminalProtocol, tokenOfFragment } from "#shared/connection.ts";
import { decodeHostFrame, encodeClientFrame } from "#shared/terminals/stream.ts";
import { call } from "#test/product/call.ts";
import { Product } from "#test/product/product.ts";

let product: Product;
beforeAll(async () => {
  product = await Product.start();
});
afterAll(() => product[Symbol.asyncDispose]());

/** What a watching client does while bytes arrive. */
const action = fc.oneof(
  fc.record({ type: fc.constant("pause" as const), ms: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ type: fc.constant("reconnect" as const) }),
  fc.record({
    type: fc.constant("resize" as const),
    cols: fc.integer({ min: 2, max: 300 }),
    rows: fc.integer({ min: 1, max: 100 }),
  }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const programs = fc.record({
  /** Sizes around the limits of pipes, PTYs and frames, and a few large ones. */
  output: fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 5000 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.integer({ min: 1, max: 8000 }))
        .map(repeat),
    },
  ),
  actions: fc.array(action, { maxLength: 6 }),
});

function repeat([part, times]: [Uint8Array, number]): Uint8Array {
  const out = new Uint8Array(part.byteLength * times);
  for (let n = 0; n < times; n++) out.set(part, n * part.byteLength);
  return out;
}

/** Attaches, does the actions one per arrived frame, and checks every byte against what the program printed. */
async function watch(terminalId: string, output: Uint8Array, actions: Action[]): Promise<void> {
  const todo = [...actions];
  let offset: number | null = null;
  for (let ended = false; !ended; ) {
    const socket = new WebSocket(
      new URL(
        terminalPath(terminalId, { size: { cols: 80, rows: 24 }, focused: true }),
        product.url.replace(/^http/, "ws"),
      ),
      subprotocols(terminalProtocol, tokenOfFragment(new URL(product.url).hash)),
      { origin: new URL(product.url).origin, perMessageDeflate: false },
    );
    offset = null;
    ended = await new Promise<boolean>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", (code, reason) =>
        code === 1000 || code === 1005 ? resolve(false) : reject(new Error(`${code} ${reason}`)),
      );
      socket.on("message", (data: Buffer) => {
        const frame = decodeHostFrame(data);
        if (frame.type === "snapshot") {
          offset = frame.offset;
          return;
        }
        if (frame.type === "end") {
          if (frame.offset !== output.byteLength || offset !== output.byteLength) {
            reject(new Error(`ended at ${offset} of ${output.byteLength}, the host says ${frame.offset}`));
          }
          resolve(true);
          socket.close();
          return;
        }
        if (frame.type !== "data") return;
        if (frame.offset !== offset) reject(new Error(`expected byte ${offset}, got ${frame.offset}`));
        const expected = output.subarray(frame.offset, frame.offset + frame.bytes.byteLength);
        if (Buffer.compare(expected, frame.bytes) !== 0) reject(new Error(`other bytes from ${frame.offset} on`));
        offset = frame.offset + frame.bytes.byteLength;
        socket.send(encodeClientFrame({ type: "ack", offset }));
        const next = todo.shift();
        if (next?.type === "resize") socket.send(encodeClientFrame(next));
        else if (next?.type === "reconnect") socket.close();
        else if (next?.type === "pause") {
          socket.pause();
          setTimeout(() => socket.resume(), next.ms);
        }
      });
    });
  }
}

test("1 000 random programs arrive byte for byte under random pauses, reconnects and resizes", async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(programs, { minLength: 10, maxLength: 10 }), async (batch) => {
      await Promise.all(
        batch.map(async ({ output, actions }) => {
          const file = product.folder.in(`program-${number++}`);
          writeFileSync(file, output);
          const { id } = await call(product, "terminals.create", { command: `stty raw -echo; exec cat ${file}` });
          await watch(id, output, actions);
        }),
      );
    }),
    { numRuns: 100, endOnFailure: true },
  );
  expect(number).toBeGreaterThanOrEqual(1000);
});

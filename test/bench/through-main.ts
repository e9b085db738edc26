/** Keys through everything: a window's WebSocket → main → terminal host → program and back. */
import { WebSocket } from "ws";
import { subprotocols, terminalPath, terminalProtocol, tokenOfFragment } from "#shared/connection.ts";
import { decodeHostFrame, encodeClientFrame } from "#shared/terminals/stream.ts";
import { call } from "#test/product/call.ts";
import { Product } from "#test/product/product.ts";
import { type Figure, percentile } from "./figure.ts";
import { cpuSeconds, peakMegabytes, residentMegabytes } from "./usage.ts";

/** A window's stream, acknowledging at once. */
class WindowStream {
  readonly #socket: WebSocket;
  readonly attached: Promise<void>;
  #heard: (() => void) | null = null;
  bytes = 0;

  constructor(product: Product, terminalId: string) {
    const url = new URL(product.url);
    const path = terminalPath(terminalId, { size: { cols: 120, rows: 40 }, focused: true });
    const protocols = subprotocols(terminalProtocol, tokenOfFragment(url.hash));
    this.#socket = new WebSocket(`ws://${url.host}${path}`, protocols, {
      origin: url.origin,
      perMessageDeflate: false,
    });
    const attached = Promise.withResolvers<void>();
    this.attached = attached.promise;
    this.#socket.on("error", attached.reject);
    this.#socket.on("message", (data: Buffer) => {
      const frame = decodeHostFrame(data);
      if (frame.type === "snapshot") attached.resolve();
      if (frame.type !== "data") return;
      this.bytes += frame.bytes.byteLength;
      this.#socket.send(encodeClientFrame({ type: "ack", offset: frame.offset + frame.bytes.byteLength }));
      this.#heard?.();
    });
  }

  /** Milliseconds until the next bytes come back after a key. */
  echo(): Promise<number> {
    return new Promise((resolve) => {
      const started = performance.now();
      this.#heard = () => {
        this.#heard = null;
        resolve(performance.now() - started);
      };
      this.#socket.send(encodeClientFrame({ type: "input", bytes: Uint8Array.of(0x78) }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}

export async function measureThroughMain(): Promise<Figure[]> {
  await using product = await Product.start();
  const cat = await call(product, "terminals.create", { command: "stty raw -echo; exec cat" });
  const stream = new WindowStream(product, cat.id);
  await stream.attached;
  const series = async () => {
    const times: number[] = [];
    for (let key = 0; key < 500; key++) times.push(await stream.echo());
    return times;
  };
  await series();
  const idle = await series();
  const memory = residentMegabytes(product.pid);
  const noise = await call(product, "terminals.create", {
    command: "yes 'the quick brown fox jumps over the lazy dog'",
  });
  const noiseStream = new WindowStream(product, noise.id);
  await noiseStream.attached;
  const flooded = await series();
  const peak = peakMegabytes(product.pid);
  const megabytes = noiseStream.bytes / 1e6;
  await call(product, "terminals.kill", { id: noise.id, force: true });
  noiseStream.close();
  stream.close();

  for (let n = 0; n < 200; n++) await call(product, "terminals.create", { argv: ["/bin/cat"] });
  const seconds = 10;
  const used = cpuSeconds(product.pid);
  await new Promise((passed) => setTimeout(passed, seconds * 1000));
  const usedAfter = cpuSeconds(product.pid);
  const figures: Figure[] = [
    { name: "key echo through main and host, idle p50", value: percentile(idle, 0.5), unit: "ms" },
    {
      name: "key echo through main and host, idle p99",
      value: percentile(idle, 0.99),
      unit: "ms",
      budget: { at: "most", value: 5 },
    },
    {
      name: "key echo through main and host, another terminal flooding p99",
      value: percentile(flooded, 0.99),
      unit: "ms",
      budget: { at: "most", value: 15 },
    },
  ];
  if (memory !== null && peak !== null) {
    figures.push({
      name: "flood through main, growth of main",
      value: peak - memory,
      unit: "MB",
      budget: { at: "most", value: 50 },
      note: `${megabytes.toFixed(0)} MB passed`,
    });
  }
  if (used !== null && usedAfter !== null) {
    figures.push({
      name: "200 idle terminals, CPU of main",
      value: ((usedAfter - used) / seconds) * 100,
      unit: "%",
      budget: { at: "most", value: 1 },
    });
  }
  return figures;
}

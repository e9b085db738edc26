/** An attached terminal over a real WebSocket: every frame in order, and neither end drowns in what the other does not read. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { terminalPath } from "#shared/connection.ts";
import { Failure } from "#shared/failure.ts";
import {
  largestClientFrameBytes,
  serveTerminalSocket,
  type TerminalStreamEvents,
  type TerminalView,
  terminalViewOf,
} from "./terminal-stream.ts";

const view: TerminalView = { terminalId: "term-00000001", size: null, focused: true };

/** The host's end, in the hands of the test. */
class HostEnd {
  readonly received: Buffer[] = [];
  readonly opened = Promise.withResolvers<TerminalStreamEvents>();
  readonly closed = Promise.withResolvers<void>();
  readonly #changes = new Set<() => void>();
  paused = false;
  full = false;

  readonly streams = {
    open: async (_view: TerminalView, events: TerminalStreamEvents) => {
      this.opened.resolve(events);
      return {
        send: (frame: Uint8Array) => {
          this.received.push(Buffer.from(frame));
          this.#changed();
          return !this.full;
        },
        pause: () => {
          this.paused = true;
          this.#changed();
        },
        resume: () => {
          this.paused = false;
          this.#changed();
        },
        close: () => this.closed.resolve(),
      };
    },
  };

  #changed(): void {
    for (const listener of this.#changes) listener();
  }

  until(wanted: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!wanted()) return;
        this.#changes.delete(look);
        resolve();
      };
      this.#changes.add(look);
      look();
    });
  }
}

let server: Server;
let host: HostEnd;

beforeEach(async () => {
  host = new HostEnd();
  const sockets = new WebSocketServer({ noServer: true });
  server = createServer();
  server.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      void serveTerminalSocket(host.streams, webSocket, view);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
});

async function attach(): Promise<{ socket: WebSocket; events: TerminalStreamEvents }> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(socket, "open");
  return { socket, events: await host.opened.promise };
}

describe("an attached terminal", () => {
  test("gets every frame, in order, as it was", async () => {
    const { socket, events } = await attach();
    const got: Buffer[] = [];
    const all = new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer, isBinary) => {
        expect(isBinary).toBe(true);
        got.push(data);
        if (got.length === 500) resolve();
      });
    });
    const sent = Array.from({ length: 500 }, (_, n) => Buffer.alloc(1 + (n % 97), n));
    for (const frame of sent) events.frame(frame);
    await all;
    expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
    socket.close();
    await host.closed.promise;
  });

  test("that does not read pauses the host's stream, and resumes it when it reads again", async () => {
    const { socket, events } = await attach();
    socket.pause();
    const chunk = Buffer.alloc(64 * 1024, 7);
    let sent = 0;
    while (!host.paused && sent < 4096) {
      events.frame(chunk);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(host.paused).toBe(true);
    // What the kernel's buffers took, and about a megabyte of ours: not the flood.
    expect(sent * chunk.byteLength).toBeLessThan(64 * 1024 * 1024);
    let received = 0;
    socket.on("message", (data: Buffer) => {
      received += data.byteLength;
    });
    socket.resume();
    await host.until(() => !host.paused);
    events.closed(null);
    await once(socket, "close");
    expect(received).toBe(sent * chunk.byteLength);
  });

  test("is not read from while the host takes no more", async () => {
    const { socket, events } = await attach();
    host.full = true;
    const frame = Buffer.alloc(256 * 1024, 1);
    for (let n = 0; n < 100; n++) socket.send(frame);
    await host.until(() => host.received.length >= 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // A few that had been read from the kernel already may follow the first.
    expect(host.received.length).toBeLessThan(20);
    host.full = false;
    events.drained();
    await host.until(() => host.received.length === 100);
    socket.close();
  });

  test("is told why it ends", async () => {
    const lost = await attach();
    lost.events.closed(new Failure("unavailable", "the stream of this terminal was lost"));
    const [code, reason] = await once(lost.socket, "close");
    expect([code, String(reason)]).toEqual([4503, "unavailable: the stream of this terminal was lost"]);
  });

  test("ends quietly after the terminal has", async () => {
    const { socket, events } = await attach();
    events.closed(null);
    expect((await once(socket, "close"))[0]).toBe(1000);
  });

  test("ends the host's stream when the window goes away", async () => {
    const { socket } = await attach();
    socket.terminate();
    await host.closed.promise;
  });

  test("refuses text and frames that are too large", async () => {
    const { socket } = await attach();
    socket.send("text");
    expect((await once(socket, "close"))[0]).toBe(4400);
    await host.closed.promise;
    expect(host.received).toEqual([]);
  });

  test("refuses a frame larger than a paste is cut into", async () => {
    const { socket } = await attach();
    socket.send(Buffer.alloc(largestClientFrameBytes + 1));
    expect((await once(socket, "close"))[0]).toBe(4413);
    expect(host.received).toEqual([]);
  });
});

describe("the address of a terminal", () => {
  const parse = (path: string) => terminalViewOf(new URL(path, "http://x"));

  test("says what it was made from", () => {
    const wanted: TerminalView = { terminalId: "term-0000abcd", size: { cols: 120, rows: 30 }, focused: true };
    expect(parse(terminalPath(wanted.terminalId, wanted))).toEqual(wanted);
    const watching: TerminalView = { terminalId: "term-0000abcd", size: null, focused: false };
    expect(parse(terminalPath(watching.terminalId, watching))).toEqual(watching);
  });

  test.each([
    "/terminal/",
    "/terminal/term-1",
    "/terminal/term-0000ABCD",
    "/terminal/term-0000abcd/x",
    "/terminal/term-0000abcd?cols=80",
    "/terminal/term-0000abcd?cols=80&rows=0",
    "/terminal/term-0000abcd?cols=1e9&rows=24",
    "/terminal/term-0000abcd?cols=80.5&rows=24",
    "/terminal/term-0000abcd?cols=a&rows=b",
    "/terminal/term-0000abcd?cols=&rows=",
  ])("is refused when it names none: %s", (path) => {
    expect(() => parse(path)).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });
});

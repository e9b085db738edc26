import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ClientFrame, HostFrame } from "#shared/terminals/stream.ts";
import {
  StreamClient,
  type StreamSink,
  type StreamState,
  type StreamTransportEvents,
  type StreamView,
} from "./stream-client.ts";

/** The other end of the stream: hands over connections and remembers what was sent on each. */
class Wire {
  readonly connections: Connection[] = [];

  readonly open = (events: StreamTransportEvents, view: StreamView) => {
    const connection = new Connection(events, view);
    this.connections.push(connection);
    return connection;
  };

  get last(): Connection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nothing has connected");
    return connection;
  }
}

class Connection {
  readonly sent: ClientFrame[] = [];
  closed = false;
  readonly events: StreamTransportEvents;
  readonly view: StreamView;

  constructor(events: StreamTransportEvents, view: StreamView) {
    this.events = events;
    this.view = view;
  }

  send(frame: ClientFrame): void {
    this.sent.push(frame);
  }

  close(): void {
    this.closed = true;
  }

  host(frame: HostFrame): void {
    this.events.frame(frame);
  }

  of<Type extends ClientFrame["type"]>(type: Type): Extract<ClientFrame, { type: Type }>[] {
    return this.sent.filter((frame): frame is Extract<ClientFrame, { type: Type }> => frame.type === type);
  }
}

/** An emulator that shows the plain bytes, and parses when told to. */
class Screen implements StreamSink {
  shown: number[] = [];
  sizes: string[] = [];
  states: StreamState[] = [];
  readonly #unparsed: (() => void)[] = [];

  snapshot(frame: { cols: number; rows: number; screen: Uint8Array }, parsed: () => void): void {
    this.shown = [...frame.screen];
    this.sizes.push(`${frame.cols}x${frame.rows}`);
    this.#unparsed.push(parsed);
  }

  data(bytes: Uint8Array, parsed: () => void): void {
    this.shown.push(...bytes);
    this.#unparsed.push(parsed);
  }

  size(cols: number, rows: number): void {
    this.sizes.push(`${cols}x${rows}`);
  }

  state(state: StreamState): void {
    this.states.push(state);
  }

  parse(count = Number.POSITIVE_INFINITY): void {
    for (const parsed of this.#unparsed.splice(0, count)) parsed();
  }
}

const view: StreamView = { size: { cols: 80, rows: 24 }, focused: false };
const bytes = (...values: number[]) => Uint8Array.from(values);
const snapshot = (offset: number, screen: Uint8Array = bytes()): HostFrame => ({
  type: "snapshot",
  offset,
  cols: 80,
  rows: 24,
  screen,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function attached(offset = 0) {
  const wire = new Wire();
  const screen = new Screen();
  const client = new StreamClient(wire.open, screen, view);
  wire.last.events.opened();
  wire.last.host(snapshot(offset));
  return { wire, screen, client };
}

describe("what is shown", () => {
  test("is the snapshot and then every byte in order", () => {
    const { wire, screen, client } = attached(7);
    wire.last.host({ type: "data", offset: 7, bytes: bytes(1, 2, 3) });
    wire.last.host({ type: "size", cols: 100, rows: 30 });
    wire.last.host({ type: "data", offset: 10, bytes: bytes(4) });
    expect(screen.shown).toEqual([1, 2, 3, 4]);
    expect(screen.sizes).toEqual(["80x24", "100x30"]);
    expect(client.state).toBe("live");
  });

  test.each([
    ["a gap", 8],
    ["an overlap", 6],
  ])("is thrown away for a fresh snapshot after %s", (_what, offset) => {
    const { wire, screen, client } = attached(7);
    const first = wire.last;
    first.host({ type: "data", offset, bytes: bytes(9) });
    expect(screen.shown).toEqual([]);
    expect(first.closed).toBe(true);
    expect(client.state).toBe("reconnecting");
    vi.advanceTimersByTime(100);
    expect(wire.connections).toHaveLength(2);
    wire.last.events.opened();
    wire.last.host(snapshot(9, bytes(1, 2)));
    expect(screen.shown).toEqual([1, 2]);
    expect(client.state).toBe("live");
  });

  test("never contains what a connection that was left still delivers", () => {
    const { wire, screen } = attached();
    const first = wire.last;
    first.events.closed("lost");
    first.host({ type: "data", offset: 0, bytes: bytes(66) });
    vi.advanceTimersByTime(100);
    wire.last.events.opened();
    wire.last.host(snapshot(1, bytes(1)));
    first.host({ type: "data", offset: 1, bytes: bytes(66) });
    expect(screen.shown).toEqual([1]);
  });

  test("is what the terminal put out, whatever is lost, doubled or cut on the way", () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant("print" as const), count: fc.integer({ min: 1, max: 50 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), count: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 1, arbitrary: fc.constant({ do: "repeat" as const, count: 0 }) },
      { weight: 1, arbitrary: fc.constant({ do: "cut" as const, count: 0 }) },
      { weight: 1, arbitrary: fc.constant({ do: "snapshot" as const, count: 0 }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("parse" as const), count: fc.integer({ min: 1, max: 3 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const wire = new Wire();
        const screen = new Screen();
        const client = new StreamClient(wire.open, screen, view);
        const printed: number[] = [];
        let served = 0;
        let lastFrame: HostFrame | null = null;
        const serve = () => {
          while (wire.connections.length === served) vi.advanceTimersByTime(5_000);
          served = wire.connections.length;
          wire.last.events.opened();
          wire.last.host(snapshot(printed.length, Uint8Array.from(printed)));
          lastFrame = null;
        };
        serve();
        for (const { do: what, count } of steps) {
          if (what === "print" || what === "lose") {
            const part = Array.from({ length: count }, (_, index) => (printed.length + index) % 251);
            const frame: HostFrame = { type: "data", offset: printed.length, bytes: Uint8Array.from(part) };
            printed.push(...part);
            if (what === "print") {
              wire.last.host(frame);
              lastFrame = frame;
            }
          } else if (what === "repeat" && lastFrame !== null) wire.last.host(lastFrame);
          else if (what === "cut") wire.last.events.closed("lost");
          else if (what === "snapshot") wire.last.host(snapshot(printed.length, Uint8Array.from(printed)));
          else if (what === "parse") screen.parse(count);
          if (client.state === "reconnecting") serve();
          for (const { offset } of wire.last.of("ack")) expect(offset).toBeLessThanOrEqual(printed.length);
        }
        // A lost frame shows with the next one.
        const last: HostFrame = { type: "data", offset: printed.length, bytes: bytes(255) };
        printed.push(255);
        wire.last.host(last);
        if (client.state === "reconnecting") serve();
        expect(screen.shown).toEqual(printed);
        client.close();
      }),
      { numRuns: 300 },
    );
  });
});

describe("acknowledgements", () => {
  test("say only what the emulator has parsed, a few times a second", () => {
    const { wire, screen } = attached(0);
    wire.last.host({ type: "data", offset: 0, bytes: bytes(1, 2) });
    wire.last.host({ type: "data", offset: 2, bytes: bytes(3) });
    vi.advanceTimersByTime(1_000);
    expect(wire.last.of("ack")).toEqual([]);
    screen.parse(2);
    vi.advanceTimersByTime(50);
    expect(wire.last.of("ack")).toEqual([{ type: "ack", offset: 2 }]);
    screen.parse();
    vi.advanceTimersByTime(50);
    expect(wire.last.of("ack").at(-1)).toEqual({ type: "ack", offset: 3 });
  });

  test("of a flood do not wait for a timer", () => {
    const { wire, screen } = attached(0);
    wire.last.host({ type: "data", offset: 0, bytes: new Uint8Array(70_000) });
    screen.parse();
    expect(wire.last.of("ack")).toEqual([{ type: "ack", offset: 70_000 }]);
  });

  test("of an earlier connection's bytes never reach a later one", () => {
    const { wire, screen } = attached(0);
    wire.last.host({ type: "data", offset: 0, bytes: new Uint8Array(100) });
    wire.last.events.closed("lost");
    vi.advanceTimersByTime(100);
    wire.last.events.opened();
    screen.parse();
    vi.advanceTimersByTime(1_000);
    expect(wire.last.of("ack")).toEqual([]);
  });
});

describe("input", () => {
  test("goes out at once as UTF-8, binary data as bytes", () => {
    const { wire, client } = attached();
    client.input("é\r");
    client.binary("\x1b[M\xff\x80");
    expect(wire.last.of("input").map((frame) => [...frame.bytes])).toEqual([
      [0xc3, 0xa9, 0x0d],
      [0x1b, 0x5b, 0x4d, 0xff, 0x80],
    ]);
  });

  test("typed before the first connection is there waits for it, in order", () => {
    const wire = new Wire();
    const client = new StreamClient(wire.open, new Screen(), view);
    expect(client.input("ls")).toBe(true);
    expect(client.input("\r")).toBe(true);
    wire.last.events.opened();
    expect(wire.last.of("input").map((frame) => new TextDecoder().decode(frame.bytes))).toEqual(["ls", "\r"]);
  });

  test("is refused while the connection is lost, and not sent later", () => {
    const { wire, client } = attached();
    wire.last.events.closed("lost");
    expect(client.input("rm -rf build\r")).toBe(false);
    vi.advanceTimersByTime(100);
    wire.last.events.opened();
    wire.last.host(snapshot(0));
    expect(wire.last.of("input")).toEqual([]);
  });

  test("of a megabyte is cut into frames and arrives whole", () => {
    const { wire, client } = attached();
    const text = "ü0123456789".repeat(90_000);
    client.input(text);
    const frames = wire.last.of("input");
    expect(frames.length).toBeGreaterThan(10);
    const decoder = new TextDecoder();
    expect(frames.map((frame) => decoder.decode(frame.bytes, { stream: true })).join("")).toBe(text);
  });
});

describe("size and focus", () => {
  test("are said when they change, and again with every new connection", () => {
    const { wire, client } = attached();
    expect(wire.last.view).toEqual(view);
    client.resize(120, 40);
    client.resize(120, 40);
    client.focus(true);
    expect(wire.last.sent).toEqual([
      { type: "resize", cols: 120, rows: 40 },
      { type: "focus", focused: true },
    ]);
    wire.last.events.closed("lost");
    vi.advanceTimersByTime(100);
    expect(wire.last.view).toEqual({ size: { cols: 120, rows: 40 }, focused: true });
  });

  test("that change while a connection is being made are said once it is there, focus first", () => {
    const wire = new Wire();
    const client = new StreamClient(wire.open, new Screen(), view);
    client.resize(120, 40);
    client.focus(true);
    wire.last.events.opened();
    expect(wire.last.sent).toEqual([
      { type: "focus", focused: true },
      { type: "resize", cols: 120, rows: 40 },
    ]);
  });
});

describe("the connection", () => {
  test("is tried again more and more slowly, and at once when told", () => {
    const { wire, client } = attached();
    for (let loss = 0; loss < 12; loss++) {
      wire.last.events.closed("lost");
      vi.advanceTimersByTime(5_000);
    }
    wire.last.events.closed("lost");
    const before = wire.connections.length;
    vi.advanceTimersByTime(4_000);
    expect(wire.connections).toHaveLength(before);
    client.retryNow();
    expect(wire.connections).toHaveLength(before + 1);
    vi.advanceTimersByTime(20_000);
    expect(wire.connections).toHaveLength(before + 1);
  });

  test("is not tried again when the terminal has ended, is gone, or the view is closed", () => {
    const ended = attached(3);
    ended.wire.last.host({ type: "end", offset: 3 });
    ended.wire.last.events.closed("lost");
    const gone = attached();
    gone.wire.last.events.closed("gone");
    const closed = attached();
    closed.client.close();
    vi.advanceTimersByTime(60_000);
    expect([ended.client.state, gone.client.state, closed.client.state]).toEqual(["ended", "gone", "closed"]);
    for (const { wire } of [ended, gone, closed]) expect(wire.connections).toHaveLength(1);
  });

  test("that ends short of the last byte is not taken for the end", () => {
    const { wire, client } = attached(3);
    wire.last.host({ type: "end", offset: 5 });
    expect(client.state).toBe("reconnecting");
  });
});

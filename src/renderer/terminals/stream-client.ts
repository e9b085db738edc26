/**
 * The window's end of one terminal's byte stream: keeps order, notices gaps, acknowledges what the emulator has parsed, and starts again
 * from a fresh snapshot after any doubt, so that nothing is shown twice and nothing is missing. It knows neither xterm nor sockets.
 */
import { type ClientFrame, flowWindowBytes, type HostFrame } from "#shared/terminals/stream.ts";

/** One connection that carries the frames of one terminal. `send` after the end is ignored. */
export type StreamTransport = {
  send: (frame: ClientFrame) => void;
  close: () => void;
};

export type StreamTransportEvents = {
  /** Frames can be sent from now on. */
  opened: () => void;
  frame: (frame: HostFrame) => void;
  /** Called once, whoever ended it. `gone`: the terminal does not exist, so trying again is pointless. */
  closed: (reason: "lost" | "gone") => void;
};

/** What this window wants of the terminal at the moment it attaches. */
export type StreamView = { size: { cols: number; rows: number }; focused: boolean };

export type OpenStream = (events: StreamTransportEvents, view: StreamView) => StreamTransport;

/**
 * connecting → live → ended, live → reconnecting → live; `gone` and `closed` are final.
 * Input is kept while `connecting` (a person types at once into a new terminal) and refused while `reconnecting`: the program may be in
 * another state by the time the connection is back.
 */
export type StreamState = "connecting" | "live" | "reconnecting" | "ended" | "gone" | "closed";

/** Where the bytes go. `parsed` is called when the emulator has worked them in; calls are made, and must take effect, in order. */
export type StreamSink = {
  snapshot: (frame: { cols: number; rows: number; screen: Uint8Array }, parsed: () => void) => void;
  data: (bytes: Uint8Array, parsed: () => void) => void;
  size: (cols: number, rows: number) => void;
  state: (state: StreamState) => void;
};

/** Acknowledged at once beyond this, so that a flood never waits for a timer; an eighth of what the host lets run ahead. */
const ackBytes = flowWindowBytes / 8;
/** A quiet terminal's acknowledgements wait so long for company: one small message a few times a second instead of one per key. */
const ackDelayMs = 50;
const inputChunkBytes = 32 * 1024;
/** Kept for the moment the first connection opens. */
const earlyInputBytes = 64 * 1024;
const firstRetryMs = 100;
const lastRetryMs = 5_000;
/** A connection that held so long was a good one: the next loss is retried quickly again. */
const steadyMs = 5_000;

const utf8 = new TextEncoder();

export class StreamClient {
  readonly #open: OpenStream;
  readonly #sink: StreamSink;
  #transport: StreamTransport | null = null;
  /** Counts connections, so that a late callback of an earlier one is recognised. */
  #generation = 0;
  #state: StreamState = "connecting";
  #opened = false;
  #expected: number | null = null;
  #parsed = 0;
  #acknowledged = 0;
  #view: StreamView;
  #early: Uint8Array<ArrayBuffer>[] = [];
  #earlyBytes = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = firstRetryMs;
  #liveSince = 0;

  constructor(open: OpenStream, sink: StreamSink, view: StreamView) {
    this.#open = open;
    this.#sink = sink;
    this.#view = view;
    this.#connect();
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Text as typed or pasted, sent as UTF-8. False when it was refused. */
  input(text: string): boolean {
    return this.#send(utf8.encode(text));
  }

  /** Bytes in a string of code units 0–255, as xterm gives old mouse reports. False when refused. */
  binary(data: string): boolean {
    return this.#send(Uint8Array.from(data, (unit) => unit.charCodeAt(0) & 0xff));
  }

  /** The size this window would like; the host applies it when this client has the focus, and says so with a size frame. */
  resize(cols: number, rows: number): void {
    const { size, focused } = this.#view;
    if (size.cols === cols && size.rows === rows) return;
    this.#view = { size: { cols, rows }, focused };
    if (this.#opened) this.#transport?.send({ type: "resize", cols, rows });
  }

  focus(focused: boolean): void {
    if (this.#view.focused === focused) return;
    this.#view = { size: this.#view.size, focused };
    if (this.#opened) this.#transport?.send({ type: "focus", focused });
  }

  /** Tries at once instead of waiting for the next attempt: the rest of the window has just heard from the server again. */
  retryNow(): void {
    if (this.#retryTimer === undefined) return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#drop();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#become("closed");
  }

  #connect(): void {
    this.#retryTimer = undefined;
    const generation = ++this.#generation;
    const current = () => generation === this.#generation;
    const view = this.#view;
    this.#transport = this.#open(
      {
        opened: () => current() && this.#whenOpened(view),
        frame: (frame) => current() && this.#receive(frame),
        closed: (reason) => current() && this.#whenClosed(reason),
      },
      view,
    );
  }

  #whenOpened(said: StreamView): void {
    this.#opened = true;
    const { size, focused } = this.#view;
    // Focus first: the size counts only from the client that has it.
    if (focused !== said.focused) this.#transport?.send({ type: "focus", focused });
    if (size !== said.size) this.#transport?.send({ type: "resize", ...size });
    for (const bytes of this.#early) this.#transport?.send({ type: "input", bytes });
    this.#early = [];
    this.#earlyBytes = 0;
  }

  #receive(frame: HostFrame): void {
    switch (frame.type) {
      case "snapshot":
        this.#expected = frame.offset;
        this.#sink.snapshot(frame, this.#whenParsed(frame.offset));
        if (this.#state !== "ended") this.#becomeLive();
        return;
      case "data":
        if (frame.offset !== this.#expected) {
          this.#resynchronise();
          return;
        }
        this.#expected = frame.offset + frame.bytes.byteLength;
        this.#sink.data(frame.bytes, this.#whenParsed(this.#expected));
        return;
      case "size":
        if (this.#expected !== null) this.#sink.size(frame.cols, frame.rows);
        return;
      case "end":
        if (frame.offset !== this.#expected) {
          this.#resynchronise();
          return;
        }
        this.#become("ended");
        return;
    }
  }

  #becomeLive(): void {
    this.#liveSince = Date.now();
    this.#become("live");
  }

  #whenParsed(offset: number): () => void {
    const generation = this.#generation;
    return () => {
      if (generation !== this.#generation || offset <= this.#parsed) return;
      this.#parsed = offset;
      if (this.#parsed - this.#acknowledged >= ackBytes) this.#acknowledge();
      else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ackDelayMs);
    };
  }

  #acknowledge(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (this.#parsed === this.#acknowledged) return;
    this.#acknowledged = this.#parsed;
    this.#transport?.send({ type: "ack", offset: this.#parsed });
  }

  #send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#state !== "live" && this.#state !== "connecting") return false;
    if (!this.#opened && this.#earlyBytes + bytes.byteLength > earlyInputBytes) return false;
    for (let at = 0; at < bytes.byteLength; at += inputChunkBytes) {
      const part = bytes.subarray(at, at + inputChunkBytes);
      if (this.#opened) this.#transport?.send({ type: "input", bytes: part });
      else this.#early.push(part);
    }
    if (!this.#opened) this.#earlyBytes += bytes.byteLength;
    return true;
  }

  /** The stream does not add up: only a new connection with a new snapshot can be trusted. */
  #resynchronise(): void {
    this.#drop();
    this.#retryLater();
  }

  #whenClosed(reason: "lost" | "gone"): void {
    this.#drop();
    if (reason === "gone") this.#become("gone");
    else if (this.#state !== "ended") this.#retryLater();
  }

  #retryLater(): void {
    if (this.#liveSince !== 0 && Date.now() - this.#liveSince >= steadyMs) this.#retryMs = firstRetryMs;
    this.#liveSince = 0;
    if (this.#state !== "connecting") this.#become("reconnecting");
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs);
  }

  /** Leaves the current connection; what it still delivers is ignored. */
  #drop(): void {
    this.#generation++;
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#transport?.close();
    this.#transport = null;
    this.#opened = false;
    this.#expected = null;
    this.#parsed = 0;
    this.#acknowledged = 0;
  }

  #become(state: StreamState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#sink.state(state);
  }
}

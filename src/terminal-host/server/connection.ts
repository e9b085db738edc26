/** One connection of a client: handshake, then control or stream. Whatever a client sends or does not send, only its own connection ends. */
import type { Socket } from "node:net";
import { z } from "zod";
import { terminalId, terminalSize } from "#shared/contract/base.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { decodeClientFrame, FrameError } from "#shared/terminals/stream.ts";
import { FrameReader, FramingError, jsonFrame, parseJson } from "../framing.ts";
import { frameKind, type Hello, type HostEvent, maxFrameBytes, protocolVersion, type Refused } from "../protocol.ts";
import type { Attachment } from "../terminals/attachment.ts";
import type { LiveTerminal } from "../terminals/live.ts";
import { callMethod } from "./methods.ts";
import type { HostServices } from "./services.ts";

/** A client that has not introduced itself by then is gone or no client of ours, in ms. */
const helloWithinMs = 5_000;
const helloLimit = 16 * 1024;
/** A control client that lets so much pile up is not reading any more; it is cut off rather than kept in memory. */
const unreadLimit = 64 * 1024 * 1024;
/** Input that a program has not read. A paste is far smaller; what is larger would only fill the memory. */
const inputLimit = 64 * 1024 * 1024;
/** Requests of one client that may be under way at once. */
const requestLimit = 1000;

const client = z.object({ name: z.string().max(200), version: z.string().max(100), pid: z.number() });
const hello = z.discriminatedUnion("role", [
  z.object({ protocol: z.number(), client, role: z.literal("control"), events: z.boolean() }),
  z.object({
    protocol: z.number(),
    client,
    role: z.literal("stream"),
    terminalId,
    size: terminalSize.nullable(),
    focused: z.boolean(),
  }),
]) satisfies z.ZodType<Hello>;

export class Connection {
  readonly #host: HostServices;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #closed = new AbortController();
  #role: "new" | "control" | "stream" = "new";
  #events = false;
  #requests = new Map<number, AbortController>();
  #attached: { live: LiveTerminal; attachment: Attachment } | null = null;

  /** `gone`: it is closed, whoever closed it. */
  constructor(host: HostServices, socket: Socket, gone: () => void) {
    this.#host = host;
    this.#socket = socket;
    this.#reader = new FrameReader(helloLimit, (kind, payload) => this.#received(kind, payload));
    const impatience = setTimeout(() => {
      if (this.#role === "new") socket.destroy();
    }, helloWithinMs);
    socket.on("data", (chunk) => {
      try {
        this.#reader.push(chunk);
      } catch (error) {
        if (!(error instanceof FramingError || error instanceof FrameError)) throw error;
        console.error(`a client was cut off: ${error.message}`);
        socket.destroy();
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(impatience);
      this.#closed.abort();
      for (const request of this.#requests.values()) request.abort();
      this.#attached?.live.detach(this.#attached.attachment);
      gone();
    });
  }

  get isClient(): boolean {
    return this.#role !== "new";
  }

  /** It takes events. */
  get listens(): boolean {
    return this.#events;
  }

  event(event: HostEvent): void {
    if (this.#events) this.#send(jsonFrame(frameKind.event, event));
  }

  /** Resolves when everything said so far has been sent, or cannot be. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once("close", resolve);
      this.#socket.end(resolve);
    });
  }

  #send(bytes: Buffer, written?: () => void): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(bytes, written);
    if (this.#socket.writableLength > unreadLimit) this.#socket.destroy();
  }

  #received(kind: number, payload: Buffer): void {
    if (this.#role === "new") {
      if (kind !== frameKind.hello) throw new FramingError("the first frame is not a hello");
      this.#introduced(parseJson(payload));
    } else if (this.#role === "control") {
      if (kind !== frameKind.request) throw new FramingError("a control connection takes requests only");
      this.#request(parseJson(payload));
    } else {
      if (kind !== frameKind.stream) throw new FramingError("a stream connection takes stream frames only");
      this.#streamFrame(payload);
    }
  }

  #introduced(value: Record<string, unknown>): void {
    if (value["protocol"] !== protocolVersion) {
      this.#refuse(
        new Failure("refused", `A terminal host of another version is running (${this.#host.version})`, {
          hint: "It goes on until its terminals have ended.",
        }),
      );
      this.#host.refusedVersion(value["protocol"]);
      return;
    }
    const parsed = hello.safeParse(value);
    if (!parsed.success) throw new FramingError("a hello that is not understood");
    this.#reader.limit = maxFrameBytes;
    const said = parsed.data;
    if (said.role === "control") {
      this.#role = "control";
      this.#events = said.events;
      this.#send(jsonFrame(frameKind.welcome, this.#host.welcome()));
      if (!said.events) return;
      this.event(this.#host.everything());
      this.#host.listened((event) => this.event(event));
      return;
    }
    try {
      const terminal = this.#host.terminals.reachable(said.terminalId);
      this.#role = "stream";
      this.#send(jsonFrame(frameKind.welcome, this.#host.welcome()));
      const { live } = terminal;
      const attachment = terminal.attach(said.size, said.focused, (sent) => this.#send(sent.bytes, sent.written));
      this.#attached = live && attachment ? { live, attachment } : null;
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    const refused: Refused = { ...problemOf(error), ...this.#host.refusal() };
    this.#socket.end(jsonFrame(frameKind.refused, refused));
  }

  #request(value: Record<string, unknown>): void {
    const { id, method, params, cancel } = value;
    if (typeof cancel === "number") {
      this.#requests.get(cancel)?.abort();
      return;
    }
    if (typeof id !== "number" || typeof method !== "string") throw new FramingError("a request without id or method");
    if (this.#requests.has(id)) throw new FramingError("a request id that is in use");
    if (this.#requests.size >= requestLimit) {
      this.#answer(id, { problem: problemOf(new Failure("unavailable", "Too many requests at once")) });
      return;
    }
    const request = new AbortController();
    this.#requests.set(id, request);
    callMethod(this.#host, method, params, request.signal)
      .then(
        (result) => this.#answer(id, { result }),
        (error: unknown) => {
          if (!(error instanceof Failure)) console.error(`${method} failed:`, error);
          this.#answer(id, { problem: problemOf(error) });
        },
      )
      .finally(() => this.#requests.delete(id));
  }

  #answer(id: number, answer: object): void {
    this.#send(jsonFrame(frameKind.answer, { id, ...answer }));
  }

  #streamFrame(payload: Buffer): void {
    if (!this.#attached) return;
    const { live, attachment } = this.#attached;
    const said = decodeClientFrame(payload);
    switch (said.type) {
      case "input":
        if (live.pty.pendingInput > inputLimit) throw new FrameError("more input than the program takes");
        // The payload is a view of a chunk that is gone after this call.
        live.type(Buffer.from(said.bytes));
        attachment.typed();
        return;
      case "ack":
        attachment.acknowledge(said.offset);
        return;
      case "resize": {
        const size = terminalSize.safeParse({ cols: said.cols, rows: said.rows });
        if (!size.success) throw new FrameError("a size out of range");
        live.clientSize(attachment, size.data);
        return;
      }
      case "focus":
        if (said.focused) live.focus(attachment);
    }
  }
}

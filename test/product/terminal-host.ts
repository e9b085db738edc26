/** A real terminal host in a home of its own, and clients that keep every byte they get. */
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import type { TerminalSize } from "#shared/contract/base.ts";
import type { NewTerminal, Terminal } from "#shared/contract/terminals.ts";
import { type ClientFrame, decodeHostFrame, encodeClientFrame, type HostFrame } from "#shared/terminals/stream.ts";
import { type HostStream, TerminalHostClient } from "#terminal-host/client/index.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";
import { eventually } from "./processes.ts";
import { TemporaryFolder } from "./temporary.ts";

const options = { name: "test", version: "0", events: true };

export class TestHost implements AsyncDisposable {
  readonly folder = new TemporaryFolder("host");
  readonly paths: CellarPaths;
  readonly events: HostEvent[] = [];
  readonly client: TerminalHostClient;
  readonly #clients: TerminalHostClient[] = [];

  private constructor() {
    // The host asks the login shell for its environment, and what a developer's start files do there takes its time.
    process.env["SHELL"] = "/bin/sh";
    this.paths = cellarPaths({
      ...process.env,
      CELLAR_HOME: this.folder.in("home"),
      XDG_RUNTIME_DIR: this.folder.path,
    });
    this.client = this.newClient();
    this.client.onEvent((event) => this.events.push(event));
  }

  static async start(): Promise<TestHost> {
    const host = new TestHost();
    await host.client.connect();
    return host;
  }

  newClient(): TerminalHostClient {
    const client = new TerminalHostClient(this.paths, options);
    this.#clients.push(client);
    return client;
  }

  async pid(): Promise<number> {
    return (await this.client.call("host.info", {})).pid;
  }

  create(command: string, more: NewTerminal = {}): Promise<Terminal> {
    return this.client.call("terminals.create", { command, cwd: this.folder.path, ...more });
  }

  get(id: string): Promise<Terminal> {
    return this.client.call("terminals.get", { id });
  }

  /** The record once it is final. */
  ended(id: string, withinMs?: number): Promise<Terminal> {
    return eventually(
      () => this.get(id),
      ({ resolvedAt }) => resolvedAt !== null,
      withinMs,
    );
  }

  attach(terminalId: string, more: Partial<Viewing> = {}): Promise<Viewer> {
    return Viewer.attach(this.client, terminalId, more);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its outcome is that the host is gone, however it went.
    await this.client.call("host.shutdown", { force: true }).catch(() => {});
    for (const client of this.#clients) client.close();
    this.folder[Symbol.dispose]();
  }
}

export type Viewing = {
  size: TerminalSize | null;
  focused: boolean;
  /** Acknowledges everything at once; without it a test does so itself. */
  acknowledges: boolean;
};

/** A client of one terminal's stream that checks the order of what it gets. */
export class Viewer {
  readonly frames: HostFrame["type"][] = [];
  readonly sizes: TerminalSize[] = [];
  readonly #stream: HostStream;
  readonly #acknowledges: boolean;
  /** Everything after the latest snapshot. */
  #data: Buffer[] = [];
  #changed: () => void = () => {};
  snapshot: Extract<HostFrame, { type: "snapshot" }> | null = null;
  offset = 0;
  ended = false;

  private constructor(stream: HostStream, acknowledges: boolean) {
    this.#stream = stream;
    this.#acknowledges = acknowledges;
    stream.onFrame((bytes) => this.#received(decodeHostFrame(bytes)));
  }

  static async attach(client: TerminalHostClient, terminalId: string, more: Partial<Viewing> = {}): Promise<Viewer> {
    const { size = null, focused = false, acknowledges = true } = more;
    const viewer = new Viewer(await client.openStream({ terminalId, size, focused }), acknowledges);
    await viewer.until(() => viewer.snapshot !== null);
    return viewer;
  }

  get data(): Buffer {
    return Buffer.concat(this.#data);
  }

  /** What it all looks like as text: the snapshot, and everything after it. */
  get text(): string {
    return Buffer.from(this.snapshot?.screen ?? []).toString() + this.data.toString();
  }

  get stream(): HostStream {
    return this.#stream;
  }

  send(frame: ClientFrame): void {
    this.#stream.send(encodeClientFrame(frame));
  }

  type(text: string): void {
    this.send({ type: "input", bytes: Buffer.from(text) });
  }

  /** Resolves when the condition holds, which is asked after each frame. */
  async until(condition: () => boolean, withinMs = 20_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (!condition()) {
      if (performance.now() > end)
        throw new Error(`not within ${withinMs} ms; got ${this.frames.slice(-20)}: ${this.text.slice(-500)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#stream.close();
  }

  #received(frame: HostFrame): void {
    this.frames.push(frame.type);
    switch (frame.type) {
      case "snapshot":
        this.snapshot = { ...frame, screen: Uint8Array.from(frame.screen) };
        this.#data = [];
        this.offset = frame.offset;
        break;
      case "data":
        if (frame.offset !== this.offset) throw new Error(`bytes from ${frame.offset}, wanted from ${this.offset}`);
        this.#data.push(Buffer.from(frame.bytes));
        this.offset += frame.bytes.byteLength;
        if (this.#acknowledges) this.send({ type: "ack", offset: this.offset });
        break;
      case "size":
        this.sizes.push({ cols: frame.cols, rows: frame.rows });
        break;
      case "end":
        this.ended = true;
    }
    this.#changed();
  }
}

/**
 * Listens on a Unix socket that only we can open, in a folder that is ours, for as long as the server is not closed. A socket's file can be taken away
 * under its server (somebody clears a folder of temporary files), which goes on as if nothing were and is never reached again: so the folder is
 * watched, and the socket made again at its place. Where that fails it is tried again, and why is told to whoever asks.
 */
import { chmodSync, type FSWatcher, lstatSync, rmSync, watch } from "node:fs";
import { Server } from "node:net";
import { dirname } from "node:path";

/** Milliseconds between two looks at a socket that could not be made again, or whose folder cannot be watched. */
const lookAgainMs = 5_000;

const kept = new Map<string, KeptSocket>();
const listeners = new Set<(path: string) => void>();

/** What lies at `path` already was left by a process that is gone. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  await listen(server, path);
  // A named pipe of Windows is no file.
  if (process.platform !== "win32") kept.set(path, new KeptSocket(server, path));
}

/** Why nobody is reached at `path`, where a server should be; null where one is, or none should be. */
export function problemOfSocket(path: string): string | null {
  return kept.get(path)?.problem ?? null;
}

/** Calls back for each socket that was lost and is back, or whose {@link problemOfSocket} is another now. Returns what ends that. */
export function onSocketLost(told: (path: string) => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

/** The folder will be removed: what goes with it stays away. */
export function letGoOfSockets(folder: string): void {
  for (const [path, socket] of [...kept]) if (dirname(path) === folder) socket.end();
}

class KeptSocket {
  problem: string | null = null;
  readonly #server: Server;
  readonly #path: string;
  readonly #close: Server["close"];
  #mark: string | null;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;

  constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
    this.#mark = markOf(path);
    this.#close = server.close;
    // Its owner closes it, and knows nothing of this.
    server.close = (...done) => {
      this.end();
      return server.close(...done);
    };
    this.#watch();
  }

  end(): void {
    this.#server.close = this.#close;
    if (kept.get(this.#path) === this) kept.delete(this.#path);
    this.#watcher?.close();
    clearInterval(this.#timer);
  }

  get #over(): boolean {
    return kept.get(this.#path) !== this;
  }

  #watch(): void {
    this.#watcher?.close();
    this.#watcher = null;
    clearInterval(this.#timer);
    const look = () => void this.#look();
    try {
      this.#watcher = watch(dirname(this.#path), { persistent: false }, look);
      this.#watcher.on("error", () => {});
    } catch {
      // A system that watches no more folders: it is looked at now and then.
    }
    if (this.#watcher === null || this.problem !== null) this.#timer = setInterval(look, lookAgainMs).unref();
    // It may have gone before it was watched.
    if (this.problem === null) look();
  }

  async #look(): Promise<void> {
    if (this.#over || this.#busy || (this.problem === null && markOf(this.#path) === this.#mark)) return;
    this.#busy = true;
    const before = this.problem;
    // Not the server's own way, which ends connections that wait for their next request.
    if (this.#server.listening) Server.prototype.close.call(this.#server);
    try {
      await listen(this.#server, this.#path);
      this.#mark = markOf(this.#path);
      this.problem = null;
    } catch (error) {
      this.problem = `Its socket was lost, and cannot be made again: ${(error as Error).message}`;
    }
    this.#busy = false;
    if (this.#over) return;
    if (this.problem === null || this.problem !== before) for (const told of listeners) told(this.#path);
    this.#watch();
  }
}

async function listen(server: Server, path: string): Promise<void> {
  const ofFile = process.platform !== "win32";
  if (ofFile) rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    const over = (error?: Error) => {
      server.off("error", over);
      server.off("listening", over);
      if (error === undefined) resolve();
      else reject(error);
    };
    server.once("error", over);
    server.once("listening", over);
    server.listen(path);
  });
  if (ofFile) chmodSync(path, 0o600);
}

/** Another for every other file that could be there; null for none. */
function markOf(path: string): string | null {
  try {
    const { dev, ino, ctimeMs } = lstatSync(path);
    return `${dev}:${ino}:${ctimeMs}`;
  } catch {
    return null;
  }
}

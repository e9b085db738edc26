/**
 * The services' ports inside bottles. Their listening sockets lie in the network of a bottle and belong to main, which passes every connection
 * on to the service's Unix socket: nothing runs inside for it, so there is nothing that an agent could end, and a bottle costs no process.
 * When main ends they close, and what is inside is alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { connect, type Server, type Socket } from "node:net";
import { entryCommand } from "#node/entries.ts";
import { checkRoomToSpawn } from "#node/room-to-spawn.ts";
import { Failure } from "#shared/failure.ts";
import type { ServicePort } from "../backend.ts";
import type { ListenAnswer, ListenRequest, ProbeRequest } from "./listen.ts";
import { type BottlePids, inNetwork } from "./namespaces.ts";

/** A Node process that starts and opens some sockets; a machine under load may need its time, in ms. */
const patienceMs = 15_000;

/** Open connections of one port; more are closed at once, so that an agent cannot take all of main's descriptors. */
const mostConnections = 512;

type Joined = { helper: Helper | null; servers: Server[]; connections: Set<Socket> };

export class BottlePorts {
  readonly #bottles = new Map<string, Joined>();

  /** Opens the ports. The helper waits for {@link probe} if `probing`. Throws `failed`; nothing is left open then. */
  async join(id: string, pids: BottlePids, ports: readonly ServicePort[], probing: boolean): Promise<void> {
    this.leave(id);
    const joined: Joined = { helper: null, servers: [], connections: new Set() };
    this.#bottles.set(id, joined);
    const helper = new Helper(pids);
    joined.helper = helper;
    try {
      // Served as soon as it is there: where the bottle runs already, somebody may be connecting.
      await helper.listen(
        ports.map(({ port }) => port),
        (port, server) => {
          joined.servers.push(server);
          serve(server, ports.find((each) => each.port === port)!.socket, joined.connections);
        },
      );
    } catch (error) {
      this.leave(id);
      throw error;
    }
    if (!probing) this.#letGo(joined);
  }

  /** What gets out of the bottle, as sentences. */
  async probe(id: string, probe: ProbeRequest["probe"]): Promise<string[]> {
    const joined = this.#bottles.get(id);
    if (joined?.helper == null) throw new Failure("failed", "The bottle's network was not joined");
    try {
      return await joined.helper.probe(probe);
    } finally {
      this.#letGo(joined);
    }
  }

  leave(id: string): void {
    const joined = this.#bottles.get(id);
    if (joined === undefined) return;
    this.#bottles.delete(id);
    this.#letGo(joined);
    for (const server of joined.servers) server.close();
    for (const connection of joined.connections) connection.destroy();
  }

  close(): void {
    for (const id of [...this.#bottles.keys()]) this.leave(id);
  }

  #letGo(joined: Joined): void {
    joined.helper?.end();
    joined.helper = null;
  }
}

/** Passes bytes on in both directions; the end of one side is the end of that direction only. */
function serve(server: Server, socketPath: string, connections: Set<Socket>): void {
  server.maxConnections = mostConnections;
  server.on("connection", (inside: Socket) => {
    const service = connect({ path: socketPath, allowHalfOpen: true });
    connections.add(inside);
    inside.pipe(service);
    service.pipe(inside);
    // A service that has gone takes nothing any more, and what is not read does not notice its own end.
    service.once("close", () => inside.end(() => inside.destroy()));
    inside.once("close", () => {
      connections.delete(inside);
      service.destroy();
    });
    const drop = () => {
      inside.destroy();
      service.destroy();
    };
    inside.on("error", drop);
    service.on("error", drop);
  });
  // A socket of a network that is gone.
  server.on("error", () => server.close());
}

class Helper {
  readonly #child: ChildProcess;
  #stderr = "";

  constructor(pids: BottlePids) {
    const { command, args, env } = entryCommand("bottle-ports");
    const [program, ...rest] = inNetwork(pids, [command, ...args]);
    checkRoomToSpawn();
    this.#child = spawn(program!, rest, {
      env: { ...env, PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-4096);
    });
    // Told to whoever waits; nobody waits between two questions.
    this.#child.on("error", () => {});
  }

  async listen(ports: number[], opened: (port: number, server: Server) => void): Promise<void> {
    if (ports.length === 0) return;
    let count = 0;
    await this.#ask({ ports }, (answer, handle) => {
      if ("listening" in answer) {
        // A connection may be half closed by its client, which still wants the answer.
        opened(answer.listening, Object.assign(handle as Server, { allowHalfOpen: true }));
        count++;
      }
      return count === ports.length;
    });
  }

  async probe(probe: ProbeRequest["probe"]): Promise<string[]> {
    let found: string[] = [];
    await this.#ask({ probe }, (answer) => {
      if (!("probed" in answer)) return false;
      found = answer.probed;
      return true;
    });
    return found;
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill("SIGKILL");
  }

  /** Resolves when `take` says that it has everything. */
  #ask(request: ListenRequest | ProbeRequest, take: (answer: ListenAnswer, handle: unknown) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (error: string | null) => {
        clearTimeout(patience);
        this.#child.off("message", onMessage);
        this.#child.off("close", onClose);
        if (error === null) resolve();
        else reject(new Failure("failed", `The bottle's network could not be joined: ${error}`));
      };
      const patience = setTimeout(() => finish(`no answer within ${patienceMs / 1000} s`), patienceMs);
      const onMessage = (answer: unknown, handle: unknown) => {
        const said = answer as ListenAnswer;
        if ("failed" in said) finish(said.failed);
        else if (take(said, handle)) finish(null);
      };
      const onClose = () => finish(this.#stderr.trim() || "the helper ended");
      this.#child.on("message", onMessage);
      this.#child.once("close", onClose);
      this.#child.send(request, (error) => {
        if (error) finish(this.#stderr.trim() || error.message);
      });
    });
  }
}

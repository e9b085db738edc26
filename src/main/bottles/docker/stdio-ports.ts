/**
 * The services' ports of bottles whose network no socket of this computer reaches: a client of the engine runs for each of them in main, and the
 * connections go over its stdin and stdout. When main ends, it ends, and what is inside is alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { findProgram } from "#node/find-program.ts";
import { Failure } from "#shared/failure.ts";
import type { EngineAddress } from "./engine.ts";
import { Mux } from "./mux.ts";

export type StdioRoute = { port: number; socket: string };

/** After an end that nobody asked for, in ms. */
const againAfterMs = 1_000;

type Joined = { stop: AbortController; child: ChildProcess | null };

export class StdioPorts {
  readonly #bottles = new Map<string, Joined>();

  /** Opens the ports, and again whenever their client ends, until {@link leave}. Throws `unavailable` when there is no client. */
  join(id: string, address: EngineAddress, args: readonly string[], routes: readonly StdioRoute[]): void {
    this.leave(id);
    const program = findProgram("docker", address.env);
    if (program === null) throw new Failure("unavailable", "docker was not found on this computer");
    const joined: Joined = { stop: new AbortController(), child: null };
    this.#bottles.set(id, joined);
    void keepOpen(joined, program, [...address.args, ...args], address.env, routes);
  }

  leave(id: string): void {
    const joined = this.#bottles.get(id);
    if (joined === undefined) return;
    this.#bottles.delete(id);
    joined.stop.abort();
    joined.child?.kill("SIGKILL");
  }

  close(): void {
    for (const id of [...this.#bottles.keys()]) this.leave(id);
  }
}

async function keepOpen(
  joined: Joined,
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  routes: readonly StdioRoute[],
): Promise<void> {
  const { signal } = joined.stop;
  while (!signal.aborted) {
    const child = spawn(program, [...args], { env, cwd: "/", stdio: ["pipe", "pipe", "ignore"], detached: true });
    joined.child = child;
    const mux = new Mux(
      (bytes) => void child.stdin.write(bytes),
      (inside, port) => {
        const route = routes.find((each) => each.port === port);
        if (route === undefined) return void inside.destroy();
        const service = connect({ path: route.socket, allowHalfOpen: true });
        inside.pipe(service);
        service.pipe(inside);
        inside.on("error", () => service.destroy());
        inside.on("close", () => service.destroySoon());
        service.on("error", () => inside.destroy());
        service.on("close", () => {
          if (!inside.writableEnded) inside.destroy();
        });
      },
    );
    child.stdin.on("error", () => {});
    child.stdout.on("data", (bytes: Buffer) => {
      try {
        mux.receive(bytes);
      } catch {
        child.kill("SIGKILL");
      }
    });
    await new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.once("error", () => resolve());
    });
    mux.close();
    await setTimeout(againAfterMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

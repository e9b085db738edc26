/**
 * How the terminal's command gets what it may do: it shows a ticket at a Unix socket in the bottle's directory, once, and is told where to connect and
 * with which key. So the key is in no file, argument or variable, and the command goes on without main afterwards.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Failure } from "#shared/failure.ts";
import type { Target } from "./server.ts";

export type Ticket = {
  execd: Target;
  /** Words of the command inside, which are no secret. */
  argv: string[];
  tty: boolean;
};

const socketName = "attach.sock";
const longestTicket = 100;

export class Tickets {
  readonly #open = new Map<string, Map<string, Ticket>>();
  readonly #servers = new Map<string, Server>();

  /** Resolves to what the command is given to show. */
  async issue(directory: string, ticket: Ticket): Promise<string> {
    await this.#listen(directory);
    const name = randomBytes(16).toString("hex");
    this.#open.get(directory)!.set(name, ticket);
    return name;
  }

  close(directory: string): void {
    this.#servers.get(directory)?.close();
    this.#servers.delete(directory);
    this.#open.delete(directory);
  }

  closeAll(): void {
    for (const directory of [...this.#servers.keys()]) this.close(directory);
  }

  async #listen(directory: string): Promise<void> {
    if (this.#servers.has(directory)) return;
    const tickets = new Map<string, Ticket>();
    const path = join(directory, socketName);
    rmSync(path, { force: true });
    const server = createServer((socket) => {
      let shown = "";
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        shown += bytes.toString("latin1");
        if (shown.length > longestTicket) socket.destroy();
        if (!shown.endsWith("\n")) return;
        const name = shown.trim();
        const ticket = tickets.get(name);
        tickets.delete(name);
        socket.end(ticket === undefined ? "" : JSON.stringify(ticket));
      });
    });
    this.#servers.set(directory, server);
    this.#open.set(directory, tickets);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
  }
}

/** Throws `unavailable` when main is away, or knows no such ticket. */
export async function redeem(directory: string, name: string): Promise<Ticket> {
  const socket = connect(join(directory, socketName));
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once("error", () =>
      reject(
        new Failure(
          "unavailable",
          "Cellar does not answer, so the sandbox cannot be reached. Launch the program again.",
        ),
      ),
    );
    socket.once("connect", () => {
      socket.write(`${name}\n`);
      text(socket).then(resolve, reject);
    });
  });
  if (answer === "") throw new Failure("unavailable", "This terminal was started before. Launch the program again.");
  return JSON.parse(answer) as Ticket;
}

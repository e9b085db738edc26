/**
 * `km`: what happens to a session's cells, from the engine itself (features 2.6, AT-19). Whatever ends the awaited cell is told, also when it
 * had ended before anybody listened; so nobody waits for what cannot come any more.
 */
import type { Cell, CellEvent } from "#shared/contract/cells.ts";
import type { MonitorCommand } from "#shared/k/arguments.ts";
import { type Json, pythonJson, pythonRepr, pythonTimestamp } from "#shared/k/python.ts";
import type { HostServices } from "../server/services.ts";
import type { Terminal } from "../terminals/terminal.ts";
import type { KStream } from "./answer.ts";
import { isSessionName, type Sessions } from "./sessions.ts";

type Status = Exclude<CellEvent["type"], "notify" | "closed">;

/** `resumes`: the terminal that this monitor watched when it lost its host; empty when it is new. */
export function monitor(
  host: HostServices,
  sessions: Sessions,
  command: MonitorCommand,
  resumes: string,
  stream: KStream,
): void {
  if (command.verb === "say") {
    for (const line of command.text.trimEnd().split("\n")) stream.line(line);
    stream.end(command.exitCode);
    return;
  }
  const { session } = command;
  if (!isSessionName(session)) {
    stream.errorLine(`km: invalid session name: ${pythonRepr(session)}`);
    stream.end(1);
  } else if (command.verb === "refuse") {
    stream.errorLine(command.text.replace(/\n$/, ""));
    stream.end(1);
  } else {
    const before = resumes === "" ? null : (sessions.all(session).find(({ id }) => id === resumes) ?? null);
    new Monitor(host, command, stream).start(sessions, before);
  }
}

class Monitor {
  readonly #host: HostServices;
  readonly #session: string;
  readonly #cellId: string | null;
  readonly #once: boolean;
  readonly #stream: KStream;

  constructor(host: HostServices, command: Extract<MonitorCommand, { verb: "monitor" }>, stream: KStream) {
    this.#host = host;
    this.#session = command.session;
    this.#cellId = command.cellId;
    this.#once = command.once;
    this.#stream = stream;
  }

  start(sessions: Sessions, before: Terminal | null): void {
    const terminal = before ?? sessions.live(this.#session);
    const awaited = this.#awaited(terminal === null ? sessions.all(this.#session) : [terminal]);
    if (terminal === null && awaited === null) {
      this.#tell({ session: this.#session, status: "error", message: `no session '${this.#session}'` });
      this.#stream.end(1);
      return;
    }
    if (terminal !== null) this.#stream.remember(terminal.id);
    if (awaited !== null && awaited.state !== "running") this.#cellEvent(statusOf(awaited), awaited);
    else if (awaited === null && this.#cellId !== null && this.#once) {
      // Ids are random: a cell that is not there now never will be.
      this.#tell({ cell_id: this.#cellId, session: this.#session, status: "error", message: "unknown cell" });
      this.#stream.end(1);
    }
    if (this.#stream.over.aborted) return;
    if (terminal?.alive) this.#follow(terminal.id);
    else this.#closed();
  }

  #follow(terminalId: string): void {
    const stop = this.#host.cells.onEvent((event) => {
      if ("cell" in event) {
        if (event.cell.terminalId === terminalId) this.#cellEvent(event.type, event.cell);
      } else if (event.terminalId !== terminalId) return;
      else if (event.type === "closed") this.#closed();
      else {
        const { from, message } = event;
        this.#tell({ session: this.#session, status: "notify", from, message });
      }
    });
    this.#stream.over.addEventListener("abort", stop);
  }

  #awaited(terminals: readonly Terminal[]): Cell | null {
    if (this.#cellId === null) return null;
    try {
      const cell = this.#host.cells.get(this.#cellId);
      return terminals.some(({ id }) => id === cell.terminalId) ? cell : null;
    } catch {
      return null;
    }
  }

  #cellEvent(status: Status, cell: Cell): void {
    if (this.#stream.over.aborted || (this.#cellId !== null && cell.id !== this.#cellId)) return;
    const event = { cell_id: cell.id, session: this.#session, status };
    this.#tell(status === "error" ? { ...event, message: cell.error ?? "" } : event);
    if (this.#once && status !== "fired") this.#stream.end(0);
  }

  #closed(): void {
    if (this.#stream.over.aborted) return;
    this.#tell({ session: this.#session, status: "closed" });
    this.#stream.end(1);
  }

  #tell(event: { [key: string]: Json }): void {
    this.#stream.line(pythonJson({ ...event, ts: pythonTimestamp(performance.timeOrigin + performance.now()) }));
  }
}

/** The event with which a cell came into its state. */
function statusOf(cell: Cell): Status {
  if (cell.state === "running") return "fired";
  if (cell.state !== "error") return cell.state;
  return cell.error === "interrupted" || cell.error === "killed" ? cell.error : "error";
}

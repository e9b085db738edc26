/** `k` and `km` as the host serves them: every command line is read and carried out here, so that the scripts only carry bytes. */
import { Failure } from "#shared/failure.ts";
import { type KCommand, readArguments, readMonitorArguments } from "#shared/k/arguments.ts";
import type { HostServices } from "../server/services.ts";
import { type KAnswer, type KStream, Refusal, said } from "./answer.ts";
import { codeOf, fire, interrupt, noSession, poll, refused, run, toldAsObject, toldOfRun, wait } from "./cells.ts";
import { history, watch } from "./history.ts";
import { monitor } from "./monitor.ts";
import type { KRequest } from "./request.ts";
import { checkName, Sessions } from "./sessions.ts";
import { create, keys, kill, list, living, notify, screen, send } from "./verbs.ts";

export class KService {
  readonly #host: HostServices;
  readonly #sessions: Sessions;

  constructor(host: HostServices) {
    this.#host = host;
    this.#sessions = new Sessions(host.terminals);
  }

  /** Everything but `watch`. An abort means that whoever asked is gone. */
  async answer(request: KRequest, signal: AbortSignal): Promise<KAnswer> {
    try {
      return await this.#do(readArguments(request.args), request, signal);
    } catch (error) {
      return answerOf(error);
    }
  }

  /** `watch` or `km`. */
  async stream(program: "k" | "km", request: KRequest, stream: KStream): Promise<void> {
    try {
      if (program === "km") {
        monitor(this.#host, this.#sessions, readMonitorArguments(request.args), request.resumes, stream);
        return;
      }
      const session = this.#sessions.resolve(request.args[1] || null, request.session);
      await watch(this.#host, this.#known(session), session, stream);
    } catch (error) {
      stream.line(answerOf(error).text.trimEnd());
      stream.end(1);
    }
  }

  /** Alive or not. Throws {@link Refusal}. */
  #known(session: string) {
    const terminal = this.#sessions.find(session);
    if (terminal === null) throw new Refusal(`ERR no session '${session}'`);
    return terminal;
  }

  async #do(command: KCommand, request: KRequest, signal: AbortSignal): Promise<KAnswer> {
    const host = this.#host;
    const sessions = this.#sessions;
    const resolve = (session: string | null) => sessions.resolve(session, request.session);
    switch (command.verb) {
      case "say":
        return { text: command.text, exitCode: command.exitCode };
      case "nothing":
        return { text: "", exitCode: 0 };
      case "new":
        return create(host, sessions, command, request);
      case "run":
      case "fire":
        return this.#submit(command, request, signal);
      case "poll": {
        const session = resolve(command.session);
        return toldAsObject(poll(host, sessions.find(session), session, command.cellId));
      }
      case "wait": {
        const session = resolve(command.session);
        const { cellId, limitSeconds } = command;
        return toldAsObject(await wait(host, sessions.find(session), session, cellId, limitSeconds, signal));
      }
      case "int":
        return interrupt(host, sessions.live(resolve(command.session)));
      case "kill":
        return kill(sessions, command);
      case "ls":
        return list(sessions);
      case "status": {
        const session = resolve(command.session);
        living(sessions, session);
        return said(`OK ${session} pipe=ok`);
      }
      case "history":
        return history(host, this.#known(resolve(command.session)), command.screens);
      case "notify":
        return notify(host, sessions, command, request);
      case "send":
        return send(sessions, command, request.input);
      case "keys":
        return keys(sessions, command);
      case "screen":
        return screen(sessions, command);
      case "watch":
        throw new Failure("invalid_input", "watch is a stream");
    }
  }

  async #submit(
    command: Extract<KCommand, { verb: "run" | "fire" }>,
    request: KRequest,
    signal: AbortSignal,
  ): Promise<KAnswer> {
    const { session: given, code: givenCode, limitSeconds } = command;
    const session = this.#sessions.resolve(given === null ? null : checkName(given), request.session);
    const terminal = this.#sessions.live(session);
    const tell = (told: Awaited<ReturnType<typeof run>>) =>
      command.verb === "run" ? toldOfRun(told, command) : toldAsObject(told);
    if (terminal === null) return tell(noSession(session));
    let code: string;
    try {
      code = codeOf(givenCode, request.input);
    } catch (error) {
      return tell(refused(error, terminal));
    }
    const submitted = { terminal, code, limitSeconds };
    return tell(command.verb === "run" ? await run(this.#host, submitted, signal) : await fire(this.#host, submitted));
  }
}

function answerOf(error: unknown): KAnswer {
  if (error instanceof Refusal) return error.answer;
  if (!(error instanceof Failure)) console.error("k failed:", error);
  return said(`ERR ${error instanceof Error ? error.message : String(error)}`, 1);
}

/**
 * Starts a bottle: everything that was planned, in an order in which nothing can be skipped and whatever fails takes the rest back. The agent
 * program runs only after its services serve and a probe from inside has found no way out.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lastLines } from "#node/subprocess.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import type { EnclosedStart } from "../launches/index.ts";
import { EndedEarly, guestSystemPrompt, type RunningBottle } from "./backend.ts";
import { type BottleServices, joinEnvironments, type OpenServices } from "./bottle-services.ts";
import { bottleEnvironment } from "./environment.ts";
import { directoryOf } from "./ids.ts";
import type { Prepared } from "./prepare.ts";
import { filesInside, programInside } from "./program-inside.ts";
import type { BottleRecord } from "./record.ts";
import { type BottleTerminals, endTerminal, untilEnded } from "./terminals.ts";

export type StarterParts = {
  services: BottleServices;
  terminals: BottleTerminals;
  /** The home's runtime directory. */
  runtime: string;
  homes: string;
  save(record: BottleRecord): void;
  forget(id: string): void;
  /** A line of the bottle's log. */
  note(id: string, line: string): void;
};

/** What a person has said yes to and typed at the launch. */
export type Answers = { confirmations: readonly string[]; values: Readonly<Record<string, string>> };

/** Throws `refused` for a secret without its yes, `invalid_input` for a value that was not typed. Before any side effect. */
export function checkAnswers({ view }: Prepared, { confirmations, values }: Answers): void {
  const missing = view.secretsEntering.filter(({ name }) => !confirmations.includes(name));
  if (missing.length > 0) {
    throw new Failure("refused", `${missing.map(({ name }) => name).join(", ")} would enter the bottle`, {
      hint: "Say yes to each secret that the program may read, or leave it out of the manifest.",
    });
  }
  const empty = view.prompts.filter(({ name }) => (values[name] ?? "") === "");
  if (empty.length > 0) {
    throw new Failure("invalid_input", `No value was given for ${empty.map(({ name }) => name).join(", ")}`);
  }
}

export class Starter {
  readonly #parts: StarterParts;

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  /** Resolves when the program runs. */
  async start(id: string, prepared: Prepared, values: Answers["values"], command: EnclosedStart): Promise<Terminal> {
    const { note, save } = this.#parts;
    if (command.argv[0] !== prepared.spec.program.path) {
      throw new Failure("conflict", `${prepared.view.programName} is somewhere else than when the plan was made`, {
        hint: "Open the launch summary again.",
      });
    }
    const record = this.#recordOf(id, prepared, command);
    save(record);
    let terminal: Terminal | null = null;
    try {
      mkdirSync(record.directory, { mode: 0o700 });
      record.triggers = await prepared.triggers;
      const open = await this.#parts.services.open(
        { id, label: record.bottle.label, launchId: command.launchId, directory: record.directory },
        record.reach,
      );
      note(id, `services listen: ${open.ports.map(({ name }) => name).join(", ") || "none"}`);
      terminal = await this.#createTerminal(id, record, prepared, values, command, open);
      record.bottle.terminalId = terminal.id;
      save(record);
      await this.#letIn(prepared, running(record, open.ports, terminal), open);
      record.bottle.state = "running";
      record.bottle.services = this.#parts.services.states(id);
      save(record);
      note(id, "the program runs");
      return terminal;
    } catch (error) {
      const why =
        error instanceof EndedEarly && terminal !== null ? await this.#withLastWords(error, terminal.id) : error;
      const { message, hint } = problemOf(why);
      note(id, `not started: ${[message, hint].filter(Boolean).join(". ")}`);
      await this.#takeBack(record, prepared, terminal, why);
      throw why;
    }
  }

  /** Before the terminal is taken away, too. */
  async #withLastWords({ code, message }: EndedEarly, terminalId: string): Promise<Failure> {
    const { terminals } = this.#parts;
    const text = untilEnded(terminals, terminalId).then(() => terminals.tail(terminalId, 10));
    const said = lastLines(await text.catch(() => ""));
    return new Failure(code, message, said === "" ? {} : { hint: `It said: ${said}` });
  }

  async #createTerminal(
    id: string,
    record: BottleRecord,
    prepared: Prepared,
    values: Answers["values"],
    command: EnclosedStart,
    open: OpenServices,
  ): Promise<Terminal> {
    const { backend, backendPlan, spec, manifest } = prepared;
    const keptHome = record.homeOf === null ? null : join(this.#parts.homes, record.homeOf, "home");
    if (keptHome !== null) mkdirSync(keptHome, { recursive: true, mode: 0o700 });
    const inside = programInside(spec.program.entry, spec.workspace.path, open.brokered);
    // Last: where the services are is not for a manifest to say.
    const environment = joinEnvironments(
      bottleEnvironment({
        host: prepared.hostEnvironment,
        path: backendPlan.path,
        ports: open.ports,
        identity: prepared.identity,
      }),
      inside.environment,
      manifest.environment,
      Object.fromEntries(manifest.prompts.map(({ name }) => [name, values[name] ?? ""])),
      open.environment,
      inside.routing,
      command.env,
    );
    const systemPrompt = manifest.systemPrompt === "" ? null : `${manifest.systemPrompt}\n`;
    const { argv, env } = await backend.create({
      id,
      spec: { ...spec, keptHome },
      plan: backendPlan,
      directory: record.directory,
      environment,
      argv: argumentsOf(prepared, command.argv, inside.arguments, systemPrompt !== null),
      cwd: command.cwd,
      ports: open.ports,
      trust: open.trust,
      trusted: open.trusted,
      homeFiles: [
        ...(await filesInside(inside.files, keptHome)),
        ...open.homeFiles,
        ...command.files.map((file) => ({ ...file, replace: true })),
      ],
      systemPrompt,
    });
    const terminal = { ...command.terminal, owner: { ...command.terminal.owner, bottleId: id } };
    return this.#parts.terminals.create({ ...terminal, argv, env, cwd: command.cwd, cellEnd: { mode: "repeat" } });
  }

  /** Joins the services, proves that nothing else can be reached, and opens the gate. */
  async #letIn({ backend }: Prepared, bottle: RunningBottle, open: OpenServices): Promise<void> {
    await backend.enter(bottle);
    const found = await backend.probe(bottle, open.probe);
    if (found.length > 0) {
      throw new Failure("refused", `The bottle is not tight, so the program was not started: ${found.join("; ")}`);
    }
    this.#parts.note(bottle.id, "probed from inside: nothing but its services can be reached");
    await open.trusted;
    await backend.release(bottle);
  }

  /** Ends and removes all of it; a row stays only if something else does. */
  async #takeBack(record: BottleRecord, { backend }: Prepared, terminal: Terminal | null, why: unknown): Promise<void> {
    const { id } = record.bottle;
    try {
      // First: what they hold (open files, sockets) may be what the rest lacks.
      await this.#parts.services.close(id);
      await backend.destroy({ id, directory: record.directory });
      if (terminal !== null) await endTerminal(this.#parts.terminals, terminal.id);
      this.#parts.forget(id);
    } catch (error) {
      this.#parts.note(id, `and not all of it could be taken back: ${problemOf(error).message}`);
      record.bottle.state = "failed";
      record.bottle.problem = problemOf(why);
      record.bottle.endedAt = new Date().toISOString();
      this.#parts.save(record);
    }
  }

  #recordOf(id: string, { view, spec, reach, keepsHome, homeOf }: Prepared, command: EnclosedStart): BottleRecord {
    const { id: _, expiresAt: __, ...plan } = view;
    const bottle: Bottle = {
      id,
      slug: `${view.programId}-${id.slice(-5)}`,
      label: view.label,
      colour: view.colour,
      backend: view.backend,
      workspaceId: view.workspaceId,
      programId: view.programId,
      programName: view.programName,
      launchId: command.launchId,
      terminalId: null,
      state: "starting",
      problem: null,
      services: [],
      plan,
      changedTriggers: [],
      startedAt: new Date().toISOString(),
      endedAt: null,
    };
    return {
      bottle,
      directory: directoryOf(this.#parts.runtime, id),
      cwd: spec.workspace.path,
      limits: spec.limits,
      reach,
      homeOf: keepsHome ? (homeOf ?? id) : null,
      triggers: {},
      removing: false,
    };
  }
}

/** What a backend is told of a bottle that runs. */
export function running(record: BottleRecord, ports: RunningBottle["ports"], terminal: Terminal | null): RunningBottle {
  const { bottle, directory, limits } = record;
  return { id: bottle.id, directory, ports, pid: terminal?.pid ?? null, limits };
}

/** What the entry adds stands where its own fixed arguments do, so that no subcommand and no prompt is in front of it. */
function argumentsOf(prepared: Prepared, argv: readonly string[], added: readonly string[], systemPrompt: boolean) {
  const fixed = prepared.spec.program.entry.command.length;
  const last = systemPrompt ? systemPromptArguments(prepared) : [];
  return [...argv.slice(0, fixed), ...added, ...argv.slice(fixed), ...last];
}

function systemPromptArguments({ spec }: Prepared): string[] {
  const list = spec.program.entry.start["system-prompt"] ?? [];
  return list.map((argument) => argument.replace("{file}", () => guestSystemPrompt));
}

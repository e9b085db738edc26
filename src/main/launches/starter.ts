/** Starts a program as it was planned: its record first, then its terminal, alone or inside an enclosure, then the prompt that has to be typed. */
import { randomBytes } from "node:crypto";
import { newToken, tokenDigest } from "#node/token.ts";
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import type { HostedTerminal } from "#terminal-host/protocol.ts";
import type { LaunchableProgram } from "../programs/index.ts";
import type { Enclosure } from "./enclosure.ts";
import { type HookPlaces, hooksFor, hooksInside, withHooks } from "./hooks.ts";
import { mcpEnvironment } from "./mcp.ts";
import { nameOfLabel, terminalNameFor } from "./names.ts";
import { pasteWhenReady } from "./paste.ts";
import type { StartPlan } from "./plan.ts";
import { throughPromptFile } from "./prompt-file.ts";
import type { LaunchRecords } from "./records.ts";
import { startFolder } from "./start-folder.ts";
import type { LaunchRecord } from "./store.ts";
import type { LaunchTerminals } from "./terminals.ts";

export type StarterParts = {
  records: LaunchRecords;
  terminals: LaunchTerminals;
  mcpUrl: () => string | null;
  hooks: HookPlaces;
  promptFolder: string;
  /** Aborted: prompts that wait are not given any more. */
  signal: AbortSignal;
  log: { warn(details: object, message: string): void };
};

export type ToStart = {
  workspace: Workspace;
  program: LaunchableProgram;
  plan: StartPlan;
  conversation: string | null;
  /** Where in the workspace it starts, relative to it. */
  folder: string;
  /** The person's own arguments. */
  extra: string[];
  resumedFrom: string | null;
  drivesTerminals: boolean;
  size: TerminalSize | undefined;
  enclosure: Enclosure | undefined;
};

export type Started = { launch: Launch; terminal: Terminal };

export class LaunchStarter {
  readonly #parts: StarterParts;
  /** Of terminals that are being made: several launches at once get several names. */
  readonly #promisedNames = new Set<string>();

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  /** When it throws, nothing is left behind. */
  async start(asked: ToStart): Promise<Started> {
    const cwd = await startFolder(asked.workspace, asked.folder);
    const plan = asked.enclosure ? withoutFile(asked.plan) : asked.plan;
    const { records } = this.#parts;
    const id = `launch-${randomBytes(6).toString("hex")}`;
    const token = newToken();
    const record: LaunchRecord = {
      id,
      workspaceId: asked.workspace.id,
      programId: asked.program.id,
      programName: asked.program.entry.name,
      isolation: asked.enclosure?.isolation ?? "none",
      folder: asked.folder,
      terminalId: null,
      conversationId: asked.conversation,
      resumedFrom: asked.resumedFrom,
      prompt: plan.prompt.by === "none" ? "none" : plan.prompt.by === "paste" ? "waiting" : "given",
      arguments: asked.extra,
      settled: false,
      reach: "workspace",
      drivesTerminals: asked.drivesTerminals,
      tokenDigest: tokenDigest(token),
      createdAt: new Date().toISOString(),
    };
    records.save(record);
    let terminal: Terminal;
    try {
      terminal = await this.#named(asked, (name) => this.#terminal(id, name, token, { ...asked, plan, cwd }));
    } catch (error) {
      records.forget(id);
      throw error;
    }
    const launch = records.save({ ...record, ...records.get(id), terminalId: terminal.id });
    if (plan.prompt.by === "paste") void this.#paste(id, terminal.id, plan.prompt.text);
    return { launch: launch!, terminal };
  }

  /** Makes a terminal under a name that no other one has or is just given. */
  async #named(
    { workspace, program, enclosure }: ToStart,
    make: (name: string) => Promise<Terminal>,
  ): Promise<Terminal> {
    const { terminals } = this.#parts;
    await terminals.known();
    const wanted = nameOfLabel(enclosure?.label) ?? program.id;
    const name = terminalNameFor(workspace.name, wanted, terminals.list(), this.#promisedNames);
    this.#promisedNames.add(name);
    try {
      return await make(name);
    } finally {
      this.#promisedNames.delete(name);
    }
  }

  async #terminal(
    id: string,
    name: string,
    token: string,
    { workspace, program, plan, size, enclosure, cwd }: ToStart & { cwd: string },
  ): Promise<Terminal> {
    const { hooks, promptFolder, mcpUrl } = this.#parts;
    const around = {
      name,
      ...(size && { size }),
      owner: { workspaceId: workspace.id, launchId: id, programId: program.id },
    };
    const launched = { tokenDigest: tokenDigest(token), prompted: plan.prompt.by !== "none" };
    if (enclosure) {
      const hooked = await hooksInside(program, { ...hooks, home: enclosure.home }, launched);
      return enclosure.start({
        launchId: id,
        argv: withHooks(program, plan.argv, hooked) ?? [program.path],
        cwd,
        env: { ...hooked?.environment, ...mcpEnvironment(token, enclosure.mcpUrl) },
        files: hooked?.files ?? [],
        terminal: { ...around, ...(hooked && { agent: hooked.agent }) },
      });
    }
    const hooked = await hooksFor(program, hooks, launched);
    const command = withHooks(program, plan.argv, hooked);
    const argv =
      plan.prompt.by === "stdin"
        ? await throughPromptFile(promptFolder, id, plan.prompt.text, command ?? [program.path])
        : command;
    return this.#createTerminal({
      ...around,
      ...(argv && { argv }),
      cwd,
      env: { ...hooked?.environment, ...mcpEnvironment(token, mcpUrl()) },
      ...(hooked && { agent: hooked.agent }),
    });
  }

  /** A name can be taken between the look and the call; a terminal without one is better than no terminal. */
  async #createTerminal(terminal: HostedTerminal): Promise<Terminal> {
    try {
      return await this.#parts.terminals.create(terminal);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "conflict") throw error;
      const { name: _, ...nameless } = terminal;
      return this.#parts.terminals.create(nameless);
    }
  }

  async #paste(id: string, terminalId: string, prompt: string): Promise<void> {
    const { records, terminals, signal, log } = this.#parts;
    let given = false;
    try {
      given = await pasteWhenReady(terminals, terminalId, prompt, signal);
    } catch (error) {
      log.warn({ launch: id, error }, "the first prompt could not be given");
    }
    if (!signal.aborted) records.change(id, { prompt: given ? "given" : "failed" });
  }
}

/** A file of the host cannot be seen from a bottle. */
function withoutFile(plan: StartPlan): StartPlan {
  return plan.prompt.by === "stdin" ? { ...plan, prompt: { by: "paste", text: plan.prompt.text } } : plan;
}

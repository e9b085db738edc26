/** Starts agent programs in workspaces, remembers what was started, and finds out which conversation it became. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Database } from "#node/store/index.ts";
import { newToken, tokenDigest } from "#node/token.ts";
import type { LiveListEvent, TerminalSize } from "#shared/contract/base.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { SettingsChange } from "#shared/contract/settings.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import type { HostedTerminal } from "#terminal-host/protocol.ts";
import type { AgentPrograms, LaunchableProgram } from "../programs/index.ts";
import { finalStates } from "../terminals/index.ts";
import type { Enclosure } from "./enclosure.ts";
import { type HookPlaces, hooksFor, hooksInside, withHooks } from "./hooks.ts";
import { mcpEnvironment, mcpUrlToTell } from "./mcp.ts";
import { nameOfLabel, terminalNameFor } from "./names.ts";
import { pasteWhenReady } from "./paste.ts";
import { planResume, planStart, type StartPlan } from "./plan.ts";
import { removePromptFiles, throughPromptFile } from "./prompt-file.ts";
import { type LaunchRecord, LaunchStore, launchOf } from "./store.ts";
import type { LaunchTerminals } from "./terminals.ts";

export type LaunchesParts = {
  database: Database.Database;
  programs: Pick<AgentPrograms, "launchable">;
  workspaces: {
    /** The workspace when something can be started in it now; throws `not_found` or `conflict`. */
    ready(id: string): Promise<Workspace>;
    watch(signal: AbortSignal): AsyncIterable<LiveListEvent<Workspace>>;
  };
  terminals: LaunchTerminals;
  settings: { change(change: SettingsChange): unknown };
  /** Address of the MCP endpoint; null when there is none. */
  mcpUrl: () => string | null;
  /** How launched programs tell what they are doing. */
  hooks: HookPlaces;
  /** Folder for prompts on their way to a program's stdin. */
  promptFolder: string;
  log: { warn(details: object, message: string): void };
};

export type StartRequest = {
  workspaceId: string;
  programId: string;
  prompt?: string | undefined;
  arguments?: string[] | undefined;
  drivesTerminals?: boolean;
  size?: TerminalSize | undefined;
};

export type Started = { launch: Launch; terminal: Terminal };

/** Launches that are remembered; the oldest ended ones go first. */
const mostLaunches = 1000;
/** Lines at the end of a program's output in which it is looked for the id of the conversation. */
const tellingLines = 40;

export class Launches {
  readonly list = new LiveList<Launch>();
  readonly #parts: LaunchesParts;
  readonly #store: LaunchStore;
  readonly #records = new Map<string, LaunchRecord>();
  readonly #settling = new Set<string>();
  /** Of terminals that are being made: several launches at once get several names. */
  readonly #promisedNames = new Set<string>();
  readonly #stop = new AbortController();
  readonly #stopListening: () => void;

  constructor(parts: LaunchesParts) {
    this.#parts = parts;
    this.#store = new LaunchStore(parts.database);
    for (const record of this.#store.all()) {
      // The text of a prompt that was waiting is gone with the process that held it.
      const lost = record.prompt === "waiting";
      this.#records.set(record.id, lost ? { ...record, prompt: "failed" } : record);
      if (lost) this.#save({ ...record, prompt: "failed" });
    }
    this.list.reset([...this.#records.values()].map(launchOf).filter((launch) => launch !== null));
    this.#stopListening = parts.terminals.onChange((terminal) => this.#follow(terminal));
    for (const terminal of parts.terminals.list()) this.#follow(terminal);
    void removePromptFiles(parts.promptFolder);
    void this.#followWorkspaces();
  }

  /** Ends waiting prompts; programs go on. */
  close(): void {
    this.#stopListening();
    this.#stop.abort();
  }

  /** Throws what the program's entry, the workspace or the terminal host object to; nothing is left behind then. */
  async start(request: StartRequest, enclosure?: Enclosure): Promise<Started> {
    const workspace = await this.#parts.workspaces.ready(request.workspaceId);
    const program = await this.#parts.programs.launchable(request.programId);
    const conversation = chooseConversation(program);
    const { arguments: extra = [] } = request;
    const drivesTerminals = enclosure?.drivesTerminals ?? request.drivesTerminals ?? false;
    const mcpUrl = this.#mcpUrlFor(program, drivesTerminals, enclosure);
    const plan = planStart(program, { prompt: request.prompt, extra, conversation, mcpUrl });
    const started = await this.#launch(workspace, program, plan, {
      conversation,
      extra,
      resumedFrom: null,
      drivesTerminals,
      size: request.size,
      enclosure,
    });
    this.#parts.settings.change({ lastProgramId: program.id });
    return started;
  }

  /** Starts the program of an ended launch again with its conversation. Throws `conflict` while it runs, `unavailable` when the conversation is not known. */
  async resume(id: string, size: TerminalSize | undefined, enclosure?: Enclosure): Promise<Started> {
    const record = this.#records.get(id);
    if (record === undefined) throw new Failure("not_found", `There is no launch ${id}`);
    if (record.isolation !== "none" && enclosure === undefined) {
      throw new Failure("conflict", `${record.programName} ran in a bottle, and is not resumed outside of it`, {
        hint: "Open its launch summary.",
      });
    }
    await this.#parts.terminals.known();
    const running = this.#parts.terminals.list().find((each) => each.id === record.terminalId);
    if (running !== undefined && !finalStates.has(running.state)) {
      throw new Failure(
        "conflict",
        `${record.programName} of this launch is still running in ${running.name ?? running.id}`,
        {
          hint: "End it first, or start another launch.",
        },
      );
    }
    const workspace = await this.#parts.workspaces.ready(record.workspaceId);
    const program = await this.#parts.programs.launchable(record.programId);
    if (program.entry.conversation === undefined) {
      throw new Failure("unavailable", `${record.programName} cannot resume a conversation`, {
        hint: "Start it anew.",
      });
    }
    if (running !== undefined) await this.#settleQuietly(record.id, running);
    const conversation = this.#records.get(id)?.conversationId ?? null;
    if (conversation === null) {
      throw new Failure("unavailable", `${record.programName} did not say which conversation this was`, {
        hint: `Start ${record.programName} again and choose the conversation there.`,
      });
    }
    const { arguments: extra } = record;
    const drivesTerminals = enclosure?.drivesTerminals ?? record.drivesTerminals;
    const argv = planResume(program, conversation, extra, this.#mcpUrlFor(program, drivesTerminals, enclosure));
    const plan: StartPlan = { argv, prompt: { by: "none" } };
    return this.#launch(workspace, program, plan, {
      conversation,
      extra,
      resumedFrom: id,
      drivesTerminals,
      size,
      enclosure,
    });
  }

  /** What its token reaches from now on. Throws `not_found`, or `refused` for one in a bottle. */
  setReach(id: string, reach: Launch["reach"]): Launch {
    const record = this.#records.get(id);
    if (record !== undefined && record.isolation !== "none") {
      throw new Failure("refused", `${record.programName} runs in a bottle, and reaches the terminals in it only`);
    }
    const launch = record && this.#save({ ...record, reach });
    if (!launch) throw new Failure("not_found", `There is no launch ${id}`);
    return launch;
  }

  /** The launch whose program was given this token; null for any other text. */
  ofToken(token: string): Launch | null {
    const digest = tokenDigest(token);
    const record = [...this.#records.values()].find((each) => each.tokenDigest === digest);
    return record === undefined ? null : launchOf(record);
  }

  /** Digest of the token that a launch's program was given, also while it is being started; null when there is none. */
  tokenDigestOf(launchId: string): string | null {
    return this.#records.get(launchId)?.tokenDigest ?? null;
  }

  /** Forgets the launches of workspaces that are no more. */
  async #followWorkspaces(): Promise<void> {
    for await (const event of this.#parts.workspaces.watch(this.#stop.signal)) {
      if (event.type === "changed") continue;
      const there = event.type === "all" ? new Set(event.items.map((workspace) => workspace.id)) : null;
      for (const { id, workspaceId } of [...this.#records.values()]) {
        if (event.type === "all" ? !there?.has(workspaceId) : workspaceId === event.id) this.#forget(id);
      }
    }
  }

  /** Address that its arguments tell the program; null when they tell it nothing. */
  #mcpUrlFor(program: LaunchableProgram, drivesTerminals: boolean, enclosure: Enclosure | undefined): string | null {
    if (enclosure === undefined) return mcpUrlToTell(drivesTerminals, this.#parts.mcpUrl());
    // One that cannot be told finds the address in its environment; a plan that promises it terminals was not made.
    return program.entry.mcp === undefined ? null : enclosure.mcpUrl;
  }

  async #launch(
    workspace: Workspace,
    program: LaunchableProgram,
    asPlanned: StartPlan,
    with_: {
      conversation: string | null;
      extra: string[];
      resumedFrom: string | null;
      drivesTerminals: boolean;
      size: TerminalSize | undefined;
      enclosure: Enclosure | undefined;
    },
  ): Promise<Started> {
    const { enclosure } = with_;
    const plan = enclosure ? withoutFile(asPlanned) : asPlanned;
    const id = `launch-${randomBytes(6).toString("hex")}`;
    const token = newToken();
    const record: LaunchRecord = {
      id,
      workspaceId: workspace.id,
      programId: program.id,
      programName: program.entry.name,
      isolation: enclosure?.isolation ?? "none",
      terminalId: null,
      conversationId: with_.conversation,
      resumedFrom: with_.resumedFrom,
      prompt: plan.prompt.by === "none" ? "none" : plan.prompt.by === "paste" ? "waiting" : "given",
      arguments: with_.extra,
      settled: false,
      reach: "workspace",
      drivesTerminals: with_.drivesTerminals,
      tokenDigest: tokenDigest(token),
      createdAt: new Date().toISOString(),
    };
    this.#store.save(record);
    this.#records.set(id, record);
    let terminal: Terminal;
    let name: string | undefined;
    try {
      await this.#parts.terminals.known();
      const cwd = workspace.path;
      name = terminalNameFor(
        workspace.name,
        nameOfLabel(enclosure?.label) ?? program.id,
        this.#parts.terminals.list(),
        this.#promisedNames,
      );
      this.#promisedNames.add(name);
      const around = {
        name,
        ...(with_.size && { size: with_.size }),
        owner: { workspaceId: workspace.id, launchId: id, programId: program.id },
      };
      const launched = { tokenDigest: tokenDigest(token), prompted: plan.prompt.by !== "none" };
      if (enclosure) {
        const hooked = await hooksInside(program, { ...this.#parts.hooks, home: enclosure.home }, launched);
        terminal = await enclosure.start({
          launchId: id,
          argv: withHooks(program, plan.argv, hooked) ?? [program.path],
          cwd,
          env: { ...hooked?.environment, ...mcpEnvironment(token, enclosure.mcpUrl) },
          files: hooked?.files ?? [],
          terminal: { ...around, ...(hooked && { agent: hooked.agent }) },
        });
      } else {
        const hooked = await hooksFor(program, this.#parts.hooks, launched);
        const command = withHooks(program, plan.argv, hooked);
        const argv =
          plan.prompt.by === "stdin"
            ? await throughPromptFile(this.#parts.promptFolder, id, plan.prompt.text, command ?? [program.path])
            : command;
        terminal = await this.#createTerminal({
          ...around,
          ...(argv && { argv }),
          cwd,
          env: { ...hooked?.environment, ...mcpEnvironment(token, this.#parts.mcpUrl()) },
          ...(hooked && { agent: hooked.agent }),
        });
      }
    } catch (error) {
      this.#forget(id);
      throw error;
    } finally {
      if (name !== undefined) this.#promisedNames.delete(name);
    }
    const launch = this.#save({ ...record, ...this.#records.get(id), terminalId: terminal.id });
    if (plan.prompt.by === "paste") void this.#paste(id, terminal.id, plan.prompt.text);
    this.#prune();
    return { launch: launch!, terminal };
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
    let given = false;
    try {
      given = await pasteWhenReady(this.#parts.terminals, terminalId, prompt, this.#stop.signal);
    } catch (error) {
      this.#parts.log.warn({ launch: id, error }, "the first prompt could not be given");
    }
    const record = this.#records.get(id);
    if (record && !this.#stop.signal.aborted) this.#save({ ...record, prompt: given ? "given" : "failed" });
  }

  /** Watches for the end of the programs that were launched. */
  #follow(terminal: Terminal): void {
    const id = terminal.owner.launchId;
    const record = id === undefined ? undefined : this.#records.get(id);
    if (record === undefined) return;
    // Cellar ended between the terminal's start and the note of it.
    if (record.terminalId === null) this.#save({ ...record, terminalId: terminal.id });
    if (finalStates.has(terminal.state) && record.terminalId === terminal.id) {
      void this.#settleQuietly(record.id, terminal);
    }
  }

  async #settleQuietly(id: string, terminal: Terminal): Promise<void> {
    try {
      await this.#settle(id, terminal);
    } catch (error) {
      this.#parts.log.warn({ launch: id, error }, "the end of a launch could not be read");
    }
  }

  /** Takes the conversation's id from the last lines of an ended program: it may have gone on to another one than it was started with. */
  async #settle(id: string, terminal: Terminal): Promise<void> {
    if (this.#records.get(id)?.settled !== false || this.#settling.has(id)) return;
    this.#settling.add(id);
    try {
      const program = await this.#parts.programs.launchable(this.#records.get(id)!.programId).catch(() => null);
      const told = program?.entry.conversation?.told;
      const text = told === undefined ? "" : await this.#parts.terminals.tail(terminal.id, tellingLines);
      const found = told === undefined ? undefined : [...text.matchAll(new RegExp(told, "gm"))].at(-1)?.[1];
      const record = this.#records.get(id);
      if (record) this.#save({ ...record, settled: true, conversationId: found ?? record.conversationId });
    } finally {
      this.#settling.delete(id);
    }
  }

  #save(record: LaunchRecord): Launch | null {
    this.#store.save(record);
    this.#records.set(record.id, record);
    const launch = launchOf(record);
    if (launch) this.list.set(launch);
    return launch;
  }

  #forget(id: string): void {
    this.#store.remove(id);
    this.#records.delete(id);
    this.list.remove(id);
  }

  #prune(): void {
    const alive = new Set(
      this.#parts.terminals
        .list()
        .filter((each) => !finalStates.has(each.state))
        .map((each) => each.id),
    );
    const ended = [...this.#records.values()].filter((each) => each.terminalId !== null && !alive.has(each.terminalId));
    for (const record of ended.slice(0, Math.max(0, this.#records.size - mostLaunches))) this.#forget(record.id);
  }
}

/** A file of the host cannot be seen from a bottle. */
function withoutFile(plan: StartPlan): StartPlan {
  return plan.prompt.by === "stdin" ? { ...plan, prompt: { by: "paste", text: plan.prompt.text } } : plan;
}

function chooseConversation(program: LaunchableProgram): string | null {
  switch (program.entry.conversation?.id) {
    case "uuid":
      return randomUUID();
    case "name":
      return `cellar-${randomBytes(4).toString("hex")}`;
    default:
      return null;
  }
}

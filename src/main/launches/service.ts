/** Starts agent programs in workspaces, remembers what was started, and finds out which conversation it became. */
import type { Database } from "#node/store/index.ts";
import { tokenDigest } from "#node/token.ts";
import type { LiveListEvent, TerminalSize } from "#shared/contract/base.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { SettingsChange } from "#shared/contract/settings.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { goneBy, type LiveList } from "#shared/live-list.ts";
import type { AgentPrograms, LaunchableProgram } from "../programs/index.ts";
import { finalStates } from "../terminals/index.ts";
import { Conversations, chooseConversation } from "./conversations.ts";
import type { Enclosure } from "./enclosure.ts";
import type { HookPlaces } from "./hooks.ts";
import { mcpUrlToTell } from "./mcp.ts";
import { planResume, planStart, type StartPlan } from "./plan.ts";
import { removePromptFiles } from "./prompt-file.ts";
import { LaunchRecords } from "./records.ts";
import { LaunchStarter, type Started, type ToStart } from "./starter.ts";
import { launchOf } from "./store.ts";
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
  /** Relative to the workspace. */
  folder?: string | undefined;
  drivesTerminals?: boolean;
  size?: TerminalSize | undefined;
};

export class Launches {
  readonly list: LiveList<Launch>;
  readonly #parts: LaunchesParts;
  readonly #records: LaunchRecords;
  readonly #conversations: Conversations;
  readonly #starter: LaunchStarter;
  readonly #stop = new AbortController();
  readonly #stopListening: () => void;

  constructor(parts: LaunchesParts) {
    this.#parts = parts;
    this.#records = new LaunchRecords(parts.database);
    this.list = this.#records.list;
    this.#conversations = new Conversations({ ...parts, records: this.#records });
    this.#starter = new LaunchStarter({ ...parts, records: this.#records, signal: this.#stop.signal });
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
    const started = await this.#launch({
      workspace,
      program,
      plan,
      conversation,
      folder: request.folder ?? "",
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
    if (running !== undefined) await this.#conversations.settle(record.id, running);
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
    return this.#launch({
      workspace,
      program,
      plan,
      conversation,
      folder: record.folder,
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
    const launch = this.#records.change(id, { reach });
    if (launch === null) throw new Failure("not_found", `There is no launch ${id}`);
    return launch;
  }

  /** The launch whose program was given this token; null for any other text. */
  ofToken(token: string): Launch | null {
    const digest = tokenDigest(token);
    const record = this.#records.all().find((each) => each.tokenDigest === digest);
    return record === undefined ? null : launchOf(record);
  }

  /** Digest of the token that a launch's program was given, also while it is being started; null when there is none. */
  tokenDigestOf(launchId: string): string | null {
    return this.#records.get(launchId)?.tokenDigest ?? null;
  }

  /** Forgets the launches of workspaces that are no more. */
  async #followWorkspaces(): Promise<void> {
    for await (const event of this.#parts.workspaces.watch(this.#stop.signal)) {
      const gone = goneBy(event);
      for (const { id, workspaceId } of this.#records.all()) if (gone(workspaceId)) this.#records.forget(id);
    }
  }

  /** Address that its arguments tell the program; null when they tell it nothing. */
  #mcpUrlFor(program: LaunchableProgram, drivesTerminals: boolean, enclosure: Enclosure | undefined): string | null {
    if (enclosure === undefined) return mcpUrlToTell(drivesTerminals, this.#parts.mcpUrl());
    // One that cannot be told finds the address in its environment; a plan that promises it terminals was not made.
    return program.entry.mcp === undefined ? null : enclosure.mcpUrl;
  }

  async #launch(asked: ToStart): Promise<Started> {
    const started = await this.#starter.start(asked);
    this.#prune();
    return started;
  }

  /** Watches for the end of the programs that were launched. */
  #follow(terminal: Terminal): void {
    const id = terminal.owner.launchId;
    const record = id === undefined ? undefined : this.#records.get(id);
    if (record === undefined) return;
    // Cellar ended between the terminal's start and the note of it.
    if (record.terminalId === null) this.#records.change(record.id, { terminalId: terminal.id });
    if (finalStates.has(terminal.state) && record.terminalId === terminal.id) {
      void this.#conversations.settle(record.id, terminal);
    }
  }

  #prune(): void {
    const alive = this.#parts.terminals.list().filter(({ state }) => !finalStates.has(state));
    this.#records.prune(new Set(alive.map(({ id }) => id)));
  }
}

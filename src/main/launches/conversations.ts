/** Which conversation of its program a launch is: chosen before, where the program lets us, and read from what it says when it ends. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { LaunchableProgram } from "../programs/index.ts";
import type { LaunchRecords } from "./records.ts";
import type { LaunchTerminals } from "./terminals.ts";

/** Lines at the end of a program's output in which it is looked for the id of the conversation. */
const tellingLines = 40;

/** Null: the program chooses. */
export function chooseConversation(program: LaunchableProgram): string | null {
  switch (program.entry.conversation?.id) {
    case "uuid":
      return randomUUID();
    case "name":
      return `cellar-${randomBytes(4).toString("hex")}`;
    default:
      return null;
  }
}

export type ConversationsParts = {
  records: LaunchRecords;
  programs: { launchable(id: string): Promise<LaunchableProgram> };
  terminals: Pick<LaunchTerminals, "tail">;
  log: { warn(details: object, message: string): void };
};

export class Conversations {
  readonly #parts: ConversationsParts;
  readonly #settling = new Set<string>();

  constructor(parts: ConversationsParts) {
    this.#parts = parts;
  }

  /**
   * Takes the conversation's id from the last lines of an ended program: it may have gone on to another one than it was started with.
   * Once for each launch; never rejects.
   */
  async settle(launchId: string, terminal: Terminal): Promise<void> {
    try {
      await this.#settle(launchId, terminal);
    } catch (error) {
      this.#parts.log.warn({ launch: launchId, error }, "the end of a launch could not be read");
    }
  }

  async #settle(id: string, terminal: Terminal): Promise<void> {
    const { records, programs, terminals } = this.#parts;
    const launch = records.get(id);
    if (launch === undefined || launch.settled || this.#settling.has(id)) return;
    this.#settling.add(id);
    try {
      const program = await programs.launchable(launch.programId).catch(() => null);
      const told = program?.entry.conversation?.told;
      const text = told === undefined ? "" : await terminals.tail(terminal.id, tellingLines);
      const found = told === undefined ? undefined : [...text.matchAll(new RegExp(told, "gm"))].at(-1)?.[1];
      records.change(id, { settled: true, ...(found !== undefined && { conversationId: found }) });
    } finally {
      this.#settling.delete(id);
    }
  }
}

/** What a launch needs of the isolation it happens in; `src/main/bottles` gives it. */
import type { Isolation } from "#shared/bottles/names.ts";
import type { NewTerminal, Terminal } from "#shared/contract/terminals.ts";

/** A program that is to be started isolated. */
export type EnclosedStart = {
  launchId: string;
  argv: string[];
  cwd: string;
  /** Set inside, beside what the isolation sets itself. */
  env: Record<string, string>;
  /** How the terminal around it is to be. */
  terminal: Pick<NewTerminal, "name" | "size" | "owner">;
};

export type Enclosure = {
  readonly isolation: Exclude<Isolation, "none">;
  /** What the person calls it; its terminal is called so too. */
  readonly label?: string | undefined;
  /** Throws when it could not be started isolated; nothing is left behind then. */
  start(command: EnclosedStart): Promise<Terminal>;
};

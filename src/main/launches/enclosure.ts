/** What a launch needs of the isolation it happens in; `src/main/bottles` gives it. */
import type { LaunchedAgent } from "#shared/activity/index.ts";
import type { Isolation } from "#shared/bottles/names.ts";
import type { NewTerminal, Terminal } from "#shared/contract/terminals.ts";

/** A program that is to be started isolated. */
export type EnclosedStart = {
  launchId: string;
  argv: string[];
  cwd: string;
  /** Set inside, beside what the isolation sets itself. */
  env: Record<string, string>;
  /** Put inside before it starts, below {@link Enclosure.home}. */
  files: readonly EnclosedFile[];
  /** How the terminal around it is to be. `agent`: what its program does is followed. */
  terminal: Pick<NewTerminal, "name" | "size" | "owner"> & { agent?: LaunchedAgent };
};

/** Nothing secret is in it. */
export type EnclosedFile = {
  /** Below the home, with `/`. */
  path: string;
  content: string;
  executable: boolean;
};

export type Enclosure = {
  readonly isolation: Exclude<Isolation, "none">;
  /** HOME inside. */
  readonly home: string;
  /** Cellar's MCP server as it is found inside; null where this launch may not use it. */
  readonly mcpUrl: string | null;
  /** Its tools for terminals are among what it may use. */
  readonly drivesTerminals: boolean;
  /** What the person calls it; its terminal is called so too. */
  readonly label?: string | undefined;
  /** Throws when it could not be started isolated; nothing is left behind then. */
  start(command: EnclosedStart): Promise<Terminal>;
};

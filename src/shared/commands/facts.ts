/** What there is to act on in a window. From it the catalogue says which commands can be done now, to the palette, to keys and to menus alike. */
import type { Settings } from "../contract/settings.ts";

export type CommandFacts = {
  /** A panel is open. */
  panel: boolean;
  /** There is a workspace that is meant. */
  workspace: boolean;
  /** The window shows one workspace alone. */
  ownWorkspace: boolean;
  /** A terminal needs the person. */
  needsYou: boolean;
  /** A notification that nobody has seen. */
  unseen: boolean;
  vaultUnlocked: boolean;
  hostRuns: boolean;
  theme: Settings["theme"] | null;
  /** The terminal in front; null where something else is. */
  terminal: TerminalFacts | null;
};

export type TerminalFacts = {
  alive: boolean;
  /** An agent program was launched in it. */
  launched: boolean;
  selection: boolean;
};

/** As long as a window has said nothing, and where there is none. */
export const nothingToActOn: CommandFacts = {
  panel: false,
  workspace: false,
  ownWorkspace: false,
  needsYou: false,
  unseen: false,
  vaultUnlocked: false,
  hostRuns: false,
  theme: null,
  terminal: null,
};

/** What a terminal is called where there is little room: its name, the agent program in it, what the program calls itself, or its command. */
import type { Terminal } from "../contract/terminals.ts";

export type LabelFacts = Pick<Terminal, "name" | "title" | "command" | "argv">;

export function terminalLabel(terminal: LabelFacts, programName?: string | null): string {
  return terminal.name || programName || terminal.title.trim() || commandName(terminal) || "terminal";
}

/** The same where the workspace's name stands before it already: a launch is named `<workspace>-<program>`, for `k` to find it. */
export function labelIn(label: string, workspace: string | null | undefined): string {
  const start = `${workspace}-`;
  return workspace && label.startsWith(start) && label.length > start.length ? label.slice(start.length) : label;
}

/** "bash" of "/bin/bash -il", "npm test" of "npm test -- --watch". */
function commandName({ command, argv }: LabelFacts): string {
  const words = argv ?? command.trim().split(/\s+/);
  const program = (words[0] ?? "").split(/[\\/]/).at(-1) ?? "";
  const verb = words[1];
  return verb && /^[a-z][\w:-]*$/i.test(verb) ? `${program} ${verb}` : program;
}

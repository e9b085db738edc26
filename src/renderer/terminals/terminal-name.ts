/** What a terminal is called on screen: its name, else what the program says, else the command. */
import type { Terminal } from "#shared/contract/terminals.ts";

type Named = Pick<Terminal, "name" | "title" | "command" | "argv" | "id">;

/** Short: a tab, a row. */
export function terminalName({ name, title, command, argv, id }: Named): string {
  return name || title || programOf(command, argv) || id;
}

function programOf(command: string, argv: readonly string[] | null): string {
  const program = argv?.[0] ?? command.trim().split(/\s+/, 1)[0] ?? "";
  return program.split(/[\\/]/).pop() ?? "";
}

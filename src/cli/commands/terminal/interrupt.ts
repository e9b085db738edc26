/** `cellar terminal interrupt`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Press Ctrl-C in a terminal, which ends the cell that holds it",
  arguments: { terminal: { completes: "terminal", summary: "The terminal" } },
  json: "cell | null, the one that was interrupted",
  async run(session, { arguments: { terminal } }) {
    const { findTerminal } = await import("../../find.ts");
    const main = await session.main();
    const found = await findTerminal(session, terminal);
    const cell = await main.call("cells.interrupt", { terminalId: found.terminal.id });
    session.result(cell, () => (cell === null ? "No cell held it." : `Interrupted cell ${cell.id}.`));
    return 0;
  },
});

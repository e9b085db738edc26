/** `cellar terminal restart`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Start the program of a terminal that has ended again, in a new terminal",
  arguments: { terminal: { completes: "ended-terminal", summary: "The terminal" } },
  json: "terminal, the new one",
  async run(session, { arguments: { terminal } }) {
    const { findTerminal } = await import("../../find.ts");
    const main = await session.main();
    const found = await findTerminal(session, terminal, ({ alive }) => !alive);
    const restarted = await main.call("terminals.restart", { id: found.terminal.id });
    session.result(restarted, () => restarted.id);
    return 0;
  },
});

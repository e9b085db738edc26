/** `cellar terminal rename`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Give a terminal another name, or none",
  arguments: {
    terminal: { required: true, completes: "terminal", summary: "The terminal" },
    name: { summary: "Its new name; without one it has none" },
  },
  json: "terminal",
  async run(session, { arguments: { terminal, name } }) {
    const { findTerminal } = await import("../../find.ts");
    const main = await session.main();
    const found = await findTerminal(session, terminal);
    const renamed = await main.call("terminals.rename", { id: found.terminal.id, name: name ?? null });
    session.result(renamed, () => "");
    return 0;
  },
});

/** `cellar terminal screen`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Print what is on a terminal's screen now",
  details: ["Only looks: starts nothing."],
  arguments: { terminal: { completes: "terminal", summary: "The terminal" } },
  json: "screen",
  async run(session, { arguments: { terminal } }) {
    const [{ findTerminal }, { needLooking }] = await Promise.all([
      import("../../find.ts"),
      import("../../looking.ts"),
    ]);
    const look = await needLooking(session);
    const found = await findTerminal(session, terminal);
    const screen = await look.call("terminals.screen", { id: found.terminal.id });
    const last = screen.lines.findLastIndex((line) => line !== "");
    session.result(screen, () => screen.lines.slice(0, last + 1).join("\n"));
    return 0;
  },
});

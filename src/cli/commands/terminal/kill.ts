/** `cellar terminal kill`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "End a terminal with everything that runs in it",
  details: ["Asks its processes to end, and kills what is left after 2 seconds. Its record and output stay."],
  arguments: { terminal: { completes: "terminal", summary: "The terminal" } },
  options: { force: { short: "f", summary: "Kill at once" } },
  json: "terminal",
  async run(session, { options, arguments: { terminal } }) {
    const [{ findTerminal }, { terminalStatus }, { when }] = await Promise.all([
      import("../../find.ts"),
      import("#shared/states.ts"),
      import("../../words.ts"),
    ]);
    const main = await session.main();
    const found = await findTerminal(session, terminal);
    const killed = await main.call("terminals.kill", { id: found.terminal.id, force: options.force });
    session.result(killed, () => {
      const status = terminalStatus(killed);
      return `${found.label}: ${status.words} ${when(status)}`.trimEnd();
    });
    return 0;
  },
});

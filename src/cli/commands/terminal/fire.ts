/** `cellar terminal fire`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "Submit code to a terminal as a cell, print its id, and do not wait",
  arguments: {
    terminal: { required: true, completes: "terminal", summary: "The terminal" },
    code: { required: true, rest: "words", summary: "The code; - reads it from standard input" },
  },
  options: {
    limit: { short: "l", value: "seconds", summary: "Counts as late after so long; 300 when left out, 0 is never" },
  },
  examples: [["terminal fire dev npm test", "prints the cell's id at once"]],
  json: "cell",
  async run(session, { options, arguments: { terminal, code } }) {
    const [{ findTerminal }, { textOrInput }] = await Promise.all([
      import("../../find.ts"),
      import("../../text-input.ts"),
    ]);
    const limitSeconds = wholeNumber("--limit", options.limit, 300);
    const text = await textOrInput(code.join(" "));
    const main = await session.main();
    const found = await findTerminal(session, terminal);
    const cell = await main.call("cells.fire", { terminalId: found.terminal.id, code: text, limitSeconds });
    session.result(cell, () => cell.id);
    return 0;
  },
});

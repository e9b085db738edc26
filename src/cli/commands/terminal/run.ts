/** `cellar terminal run`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "Run code in a terminal as a cell, wait for it, and print its output",
  details: [
    "Ends with 0 when the code has ended and its exit status is 0 or not known, else with 1; with --exit-code, with the code's own exit status. Past its limit the cell goes on and holds the terminal.",
  ],
  arguments: {
    terminal: { required: true, completes: "terminal", summary: "The terminal" },
    code: { required: true, rest: "words", summary: "The code; - reads it from standard input" },
  },
  options: {
    limit: { short: "l", value: "seconds", summary: "Wait so long; 30 when left out, 0 is without end" },
    "exit-code": { short: "x", summary: "End with the code's exit status" },
  },
  examples: [
    ["terminal run dev make test", "runs it and prints what it printed"],
    ["terminal run dev - < script.sh", "code that needs no quoting"],
  ],
  json: "{cell: cell, output}",
  async run(session, { options, arguments: { terminal, code } }) {
    const [{ findTerminal }, { runCell }, { textOrInput }] = await Promise.all([
      import("../../find.ts"),
      import("../../terminals/run-cell.ts"),
      import("../../text-input.ts"),
    ]);
    const limitSeconds = wholeNumber("--limit", options.limit, 30);
    const text = await textOrInput(code.join(" "));
    const main = await session.main();
    const found = await findTerminal(session, terminal);
    return runCell(session, main, {
      terminalId: found.terminal.id,
      code: text,
      limitSeconds,
      ownExitCode: options["exit-code"],
    });
  },
});

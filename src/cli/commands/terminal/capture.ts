/** `cellar terminal capture`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "Print lines of a terminal's output",
  details: ["Only looks: starts nothing."],
  arguments: { terminal: { completes: "terminal", summary: "The terminal" } },
  options: {
    lines: { short: "n", value: "N", summary: "So many lines; 50 when left out, 0 is all that is kept" },
    head: { summary: "The first lines instead of the last" },
  },
  json: "capture",
  async run(session, { options, arguments: { terminal } }) {
    const [{ findTerminal }, { needLooking }] = await Promise.all([
      import("../../find.ts"),
      import("../../looking.ts"),
    ]);
    const lines = wholeNumber("--lines", options.lines, 50);
    const look = await needLooking(session);
    const found = await findTerminal(session, terminal);
    const captured = await look.call("terminals.capture", { id: found.terminal.id, lines, tail: !options.head });
    session.result(captured, () => captured.text);
    return 0;
  },
});

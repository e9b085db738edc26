/** `cellar notify`. */
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  summary: "Put a message into a terminal's event stream, and so tell the person",
  details: [
    "Within a terminal of Cellar it is that terminal's. Starts nothing: while only the terminal host runs, those who watch the terminal are told.",
  ],
  arguments: {
    message: {
      rest: "words",
      summary: "The message; - reads it from standard input; you are asked when it is left out",
    },
  },
  options: {
    terminal: { short: "t", value: "terminal", completes: "terminal", summary: "Another terminal" },
    from: { value: "name", summary: "Who says it; cellar when left out" },
  },
  examples: [
    ["notify 'Tests are green'", "from within a terminal"],
    ["notify -t dev 'Look at this'", "from anywhere"],
  ],
  json: "{terminalId} that was told",
  async run(session, { options, arguments: { message } }) {
    const [{ findTerminal }, { askFor }, { needLooking }, { ownTerminalId }, { textOrInput }] = await Promise.all([
      import("../find.ts"),
      import("../ask.ts"),
      import("../looking.ts"),
      import("../terminals/own.ts"),
      import("../text-input.ts"),
    ]);
    const given = message.length > 0 ? message.join(" ") : await askFor(session, "message", "Message");
    const text = await textOrInput(given);
    const look = await needLooking(session);
    const own = options.terminal === undefined ? ownTerminalId() : null;
    const terminalId = own ?? (await findTerminal(session, options.terminal)).terminal.id;
    await look.call("cells.notify", { terminalId, message: text, from: options.from ?? "cellar" });
    session.result({ terminalId }, () => "");
    return 0;
  },
});

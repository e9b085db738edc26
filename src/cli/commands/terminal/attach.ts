/** `cellar terminal attach`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Use a terminal of Cellar from this terminal",
  details: [
    "Shows its screen, passes keys on, and gives it this terminal's size. Ctrl-\\ detaches; the terminal goes on. Works without a running Cellar as long as the terminal's host runs.",
  ],
  arguments: { terminal: { completes: "terminal", summary: "The terminal" } },
  options: {
    "detach-key": { value: "key", summary: "Another key than ctrl-\\: ctrl- and a letter or one of @ [ \\ ] ^ _" },
    "read-only": { summary: "Only watch: no keys, no size" },
  },
  examples: [
    ["terminal attach dev", "go into the terminal called dev"],
    ["terminal attach dev --detach-key ctrl-]", "with another key to leave"],
  ],
  async run(session, { options, arguments: { terminal } }) {
    const [{ findTerminal }, { attach }] = await Promise.all([
      import("../../find.ts"),
      import("../../attach/attach.ts"),
    ]);
    const found = await findTerminal(session, terminal);
    return attach(session, {
      terminalId: found.terminal.id,
      label: found.label,
      readOnly: options["read-only"],
      ...(options["detach-key"] === undefined ? {} : { detachKey: options["detach-key"] }),
    });
  },
});

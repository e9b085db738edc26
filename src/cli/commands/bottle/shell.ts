/** `cellar bottle shell`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Open a terminal inside a bottle",
  details: ["A shell, or a command. It sees what the agent sees, and ends with the bottle."],
  arguments: {
    bottle: { completes: "bottle", summary: "The bottle" },
    command: { rest: "words", summary: "What runs instead of a shell" },
  },
  options: { attach: { short: "a", summary: "Attach to it at once" } },
  examples: [["bottle shell fix-login --attach", "looks around inside"]],
  json: "terminal",
  async run(session, { options, arguments: { bottle: wanted, command: words } }) {
    const [{ findBottle }, { attach }, { sizeHere }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../attach/attach.ts"),
      import("../../terminals/size.ts"),
    ]);
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted);
    const size = sizeHere();
    const terminal = await main.call("bottles.openTerminal", {
      id: bottle.id,
      ...(words.length === 0 ? {} : { command: words.join(" ") }),
      ...(size === null ? {} : { size }),
    });
    if (options.attach) return attach(session, { terminalId: terminal.id, label: `${bottle.label} (inside)` });
    session.result(terminal, () => terminal.id);
    return 0;
  },
});

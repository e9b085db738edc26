/** `cellar terminal cells`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "List the cells of a terminal, the latest last",
  details: ["Only looks: starts nothing."],
  arguments: { terminal: { completes: "terminal", summary: "The terminal" } },
  options: { limit: { short: "n", value: "N", summary: "So many at most; 20 when left out" } },
  json: "cell[]",
  async run(session, { options, arguments: { terminal } }) {
    const [{ findTerminal }, { needLooking }, { cellTable }, { lookOf }] = await Promise.all([
      import("../../find.ts"),
      import("../../looking.ts"),
      import("../../terminals/cell-table.ts"),
      import("../../table.ts"),
    ]);
    const limit = Math.max(1, wholeNumber("--limit", options.limit, 20));
    const look = await needLooking(session);
    const found = await findTerminal(session, terminal);
    const cells = await look.call("cells.list", { terminalId: found.terminal.id, limit });
    const inOrder = [...cells].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    session.result(inOrder, () =>
      inOrder.length === 0 ? `${found.label} has no cells.` : cellTable(inOrder, lookOf(process.stdout)).join("\n"),
    );
    return 0;
  },
});

/** `cellar bottle log`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "Print what was done for a bottle and how it went",
  arguments: { bottle: { completes: "bottle", summary: "The bottle, also one that has ended" } },
  options: { lines: { short: "n", value: "count", summary: "So many of the last lines; 200 when left out" } },
  json: "{lines: string[]}",
  async run(session, { options, arguments: { bottle: wanted } }) {
    const { findBottle } = await import("../../bottles/find.ts");
    const lines = wholeNumber("--lines", options.lines, 200);
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted);
    const log = await main.call("bottles.log", { id: bottle.id, lines });
    session.result(log, () => log.lines.join("\n"));
    return 0;
  },
});

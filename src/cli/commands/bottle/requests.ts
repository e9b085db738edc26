/** `cellar bottle requests`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "List what a bottle has asked its provider for, the newest last",
  details: ["Method, host, path, status, bytes, time and decision; never a query, a header's value or a body."],
  arguments: { bottle: { completes: "bottle", summary: "The bottle, also one that has ended" } },
  options: { lines: { short: "n", value: "count", summary: "So many of the newest; 50 when left out" } },
  json: "brokerRequest[]",
  async run(session, { options, arguments: { bottle: wanted } }) {
    const [{ findBottle }, { requestTable }, { lookOf }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../bottles/tables.ts"),
      import("../../table.ts"),
    ]);
    const most = wholeNumber("--lines", options.lines, 50);
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted);
    const requests = (await main.items("broker.watchRequests", { id: bottle.id })).slice(-most);
    session.result(requests, () =>
      requests.length === 0
        ? "Nothing was asked for through the broker."
        : requestTable(requests, lookOf(process.stdout)).join("\n"),
    );
    return 0;
  },
});

/** `cellar bottle limit`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Set what a running bottle may use, or lift the limit",
  details: [
    "What is not given stays as it is. Beyond a limit its requests to the provider are refused, and it is told so; raise the limit, and it can go on.",
  ],
  arguments: { bottle: { completes: "bottle", summary: "The bottle" } },
  options: {
    cost: { value: "dollars", summary: "US dollars, or none" },
    tokens: { value: "count", summary: "Input and output together, like 200000 or 2M, or none" },
  },
  examples: [
    ["bottle limit fix-login --cost 5", "it may cost five dollars"],
    ["bottle limit fix-login --cost none --tokens none", "no limit any more"],
  ],
  json: "brokerUsage",
  async run(session, { options, arguments: { bottle: wanted } }) {
    const [{ findBottle }, { limitsGiven }, { limitWords }, { Failure }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../bottles/limits.ts"),
      import("#shared/broker/words.ts"),
      import("#shared/failure.ts"),
    ]);
    const given = limitsGiven(options.cost, options.tokens);
    if (Object.keys(given).length === 0) throw new Failure("invalid_input", "--cost or --tokens is required");
    const main = await session.main();
    const { bottle, usage } = await findBottle(session, main, wanted);
    const limits = { tokens: null, costMicros: null, ...usage?.limits, ...given };
    const now = await main.call("broker.setLimits", { id: bottle.id, limits });
    session.result(now, () => `${bottle.label}: ${limitWords(now.limits) ?? "no limit"}`);
    return 0;
  },
});

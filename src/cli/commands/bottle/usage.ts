/** `cellar bottle usage`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Say what bottles have used at their providers: tokens, cost, requests, limits",
  details: ["A cost is in US dollars, as far as the prices are known; 'or more' says that some are not."],
  arguments: { bottle: { completes: "bottle", summary: "Only this one" } },
  options: { all: { short: "a", summary: "Also bottles that have ended" } },
  json: "brokerUsage[]",
  async run(session, { options, arguments: { bottle: wanted } }) {
    const [{ bottleEntries, bottleNamed, isOver }, { usageTable }, { lookOf }, { missingWords }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../bottles/tables.ts"),
      import("../../table.ts"),
      import("#shared/broker/words.ts"),
    ]);
    const entries = await bottleEntries(await session.main());
    const shown =
      wanted === undefined
        ? entries.filter(({ bottle }) => options.all || !isOver(bottle))
        : [bottleNamed(entries, wanted)];
    const usages = shown.flatMap(({ usage }) => (usage === null ? [] : [usage]));
    session.result(usages, () => {
      if (usages.length === 0) return "Nothing was used through the broker.";
      const only = usages.length === 1 ? missingWords(usages[0]!) : null;
      return [...usageTable(shown, lookOf(process.stdout)), ...(only === null ? [] : [only])].join("\n");
    });
    return 0;
  },
});

/** `cellar doctor`. */
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  summary: "Check what Cellar needs on this computer, and say what to do about it",
  details: ["Only looks: starts nothing and changes nothing. Ends with 1 when something fails."],
  json: "{groups: [{name, checks: [{name, status: ok | info | warn | fail, message, todo: string | null}]}], counts: {ok, info, warn, fail}}",
  async run(session) {
    const [{ examine }, { reportText }, { lookOf }] = await Promise.all([
      import("../doctor/examine.ts"),
      import("../doctor/report.ts"),
      import("../table.ts"),
    ]);
    const report = await examine(session);
    session.result(report, () => reportText(report, lookOf(process.stdout)));
    return report.counts.fail > 0 ? 1 : 0;
  },
});

/** `cellar bottle remove`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Forget a bottle that has ended, with its log, what it used, and its home",
  arguments: { bottle: { completes: "bottle", summary: "The bottle" } },
  options: { yes: { short: "y", summary: "Agree to what is lost" } },
  json: "{id} of the bottle that is no more",
  async run(session, { options, arguments: { bottle: wanted } }) {
    const [{ findBottle, isOver }, { needConsent }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../ask.ts"),
    ]);
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted, isOver);
    if (isOver(bottle)) {
      const home = bottle.plan.home === "kept" ? " and its home, so that it cannot be resumed" : "";
      await needConsent(session, `Forget the bottle '${bottle.label}'${home}?`, options.yes);
    }
    await main.call("bottles.remove", { id: bottle.id });
    session.result({ id: bottle.id }, () => "");
    return 0;
  },
});

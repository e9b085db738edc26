/** `cellar bottle close`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "End a bottle with everything in it, after saying what that is",
  arguments: { bottle: { completes: "bottle", summary: "The bottle" } },
  options: { yes: { short: "y", summary: "Agree to whatever ends" } },
  json: "{id} of the bottle that has ended",
  async run(session, { options, arguments: { bottle: wanted } }) {
    const [{ findBottle, isOver }, { needConsent }, { detail, info }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../ask.ts"),
      import("../../output/index.ts"),
    ]);
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted);
    if (!isOver(bottle)) {
      const terminals = await main.items("terminals.watch", {});
      const inside = terminals.filter(({ owner, state }) => owner.bottleId === bottle.id && state === "running");
      info(`Closing the bottle '${bottle.label}':`);
      for (const { id, name } of inside) detail(`Ends terminal '${name ?? id}' (${id})`);
      for (const { name } of bottle.services) detail(`Ends its ${name}`);
      detail(bottle.plan.home === "kept" ? "Keeps its home for a resume" : "Loses its home");
      await needConsent(session, `Close the bottle '${bottle.label}'?`, options.yes);
    }
    await main.call("bottles.close", { id: bottle.id });
    session.result({ id: bottle.id }, () => "");
    return 0;
  },
});

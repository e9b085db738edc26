/** `cellar bottle cleanup`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Remove what earlier bottles have left behind, after showing it",
  details: ["What is shown is what is removed. Backends that do not work here are skipped."],
  options: {
    yes: { short: "y", summary: "Remove without asking" },
    "dry-run": { summary: "Only show it" },
  },
  json: "{items, removed: string[], failed: {what, why}[]}",
  async run(session, { options }) {
    const [{ needConsent }, { detail, info, warn }] = await Promise.all([
      import("../../ask.ts"),
      import("../../output/index.ts"),
    ]);
    const main = await session.main();
    const { planId, items } = await main.call("bottles.prepareCleanup", {});
    if (planId === null) {
      session.result({ items, removed: [], failed: [] }, () => "Nothing to clean up.");
      return 0;
    }
    info("Left behind by earlier bottles:");
    for (const { backend, kind, what } of items) detail(`${what} (${kind}, ${backend})`);
    if (options["dry-run"]) {
      session.result({ items, removed: [], failed: [] }, () => "");
      return 0;
    }
    await needConsent(session, `Remove all ${items.length}?`, options.yes);
    const { removed, failed } = await main.call("bottles.cleanup", { planId });
    for (const { what, why } of failed) warn(`${what}: ${why}`);
    session.result({ items, removed, failed }, () => `Removed ${removed.length} of ${items.length}.`);
    return failed.length === 0 ? 0 : 1;
  },
});

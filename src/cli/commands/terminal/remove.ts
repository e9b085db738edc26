/** `cellar terminal remove`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Forget a terminal that has ended, with its output and cells",
  arguments: { terminal: { completes: "ended-terminal", summary: "The terminal" } },
  options: { yes: { short: "y", summary: "Do not ask" } },
  json: "{id} of the terminal that is no more",
  async run(session, { options, arguments: { terminal } }) {
    const [{ findTerminal }, { needConsent }] = await Promise.all([import("../../find.ts"), import("../../ask.ts")]);
    const main = await session.main();
    const { terminal: found, label, alive } = await findTerminal(session, terminal, (entry) => !entry.alive);
    const question = `Remove terminal '${label}' (${found.id}) with its output and cells?`;
    // One that runs is refused by its host; there is nothing to agree to.
    await needConsent(session, question, options.yes || alive);
    await main.call("terminals.remove", { id: found.id });
    session.result({ id: found.id }, () => "");
    return 0;
  },
});

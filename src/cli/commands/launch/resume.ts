/** `cellar launch resume`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Start an agent program again with the conversation of a launch that has ended",
  arguments: { launch: { completes: "launch", summary: "The launch, or its terminal" } },
  details: [
    "One that ran in a bottle goes on in a new bottle with the home that was kept; its summary needs a yes again.",
  ],
  options: {
    yes: { short: "y", summary: "Say yes to the summary of a bottle" },
    attach: { short: "a", summary: "Attach to its terminal at once" },
  },
  json: "{launch: launch, terminal: terminal}",
  async run(session, { options, arguments: { launch } }) {
    const { resume } = await import("../../launches/launch.ts");
    return resume(session, launch, options);
  },
});

/** `cellar launch <program>`. */
import { defineCommand } from "../../command.ts";

export const start = defineCommand({
  summary: "Launch an agent program in a workspace",
  details: [
    "It runs on this computer, with your rights. Without a program you choose among those that are installed; without a workspace the one of the current directory is taken, the only one, or you choose.",
  ],
  arguments: {
    program: { completes: "program", summary: "Its id, as cellar launch programs lists it" },
    arguments: { rest: "dashes", summary: "More arguments for the program" },
  },
  options: {
    workspace: { short: "w", value: "workspace", completes: "workspace", summary: "Where it works" },
    prompt: { short: "p", value: "text", summary: "Its first prompt; - reads it from standard input" },
    attach: { short: "a", summary: "Attach to its terminal at once" },
  },
  examples: [
    ["launch claude -w api --prompt 'Fix the failing test'", "starts it with something to do"],
    ["launch codex -- --model o3", "with an argument of its own"],
  ],
  json: "{launch: launch, terminal: terminal}",
  async run(session, { options, arguments: { program, arguments: more } }) {
    const { launch } = await import("../../launches/launch.ts");
    return launch(session, { ...options, program, more });
  },
});

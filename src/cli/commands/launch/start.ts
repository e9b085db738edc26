/** `cellar launch <program>`. */
import { backendNames, bottleColours } from "#shared/bottles/names.ts";
import { defineCommand } from "../../command.ts";

export const start = defineCommand({
  summary: "Launch an agent program in a workspace",
  details: [
    "Without a program you choose among those that are installed; without a workspace the one of the current directory is taken, the only one, or you choose.",
    "It runs in a bottle where the settings say so (Launch agent programs), and then the summary of what it will see and reach is shown first and needs a yes. --isolation says otherwise: none is on this computer, with your rights.",
  ],
  arguments: {
    program: { completes: "program", summary: "Its id, as cellar launch programs lists it" },
    arguments: { rest: "dashes", summary: "More arguments for the program" },
  },
  options: {
    workspace: { short: "w", value: "workspace", completes: "workspace", summary: "Where it works" },
    prompt: { short: "p", value: "text", summary: "Its first prompt; - reads it from standard input" },
    folder: {
      short: "f",
      value: "folder",
      summary: "Where in the workspace it starts; default: in the workspace itself",
    },
    isolation: {
      short: "i",
      value: "isolation",
      choices: ["none", "bottle", ...backendNames],
      summary: "none, bottle (the preferred backend), or a backend by name",
    },
    agent: { value: "name", summary: "An agent manifest; its bottle's comes with it" },
    label: { value: "text", summary: "What the bottle is called" },
    colour: { value: "colour", choices: bottleColours, summary: "One of the sixteen colours of a terminal" },
    cost: { value: "dollars", summary: "What the bottle may cost, in US dollars, or none" },
    tokens: { value: "count", summary: "What it may use in tokens, like 2M, or none" },
    supervise: { summary: "Let the program in the bottle ask you for a host, a capability or a decision" },
    "dry-run": { summary: "Only show the summary of a launch into a bottle" },
    yes: { short: "y", summary: "Say yes to the summary, and to each secret that enters the bottle" },
    attach: { short: "a", summary: "Attach to its terminal at once" },
  },
  examples: [
    ["launch claude -w api --prompt 'Fix the failing test'", "starts it with something to do"],
    ["launch codex -- --model o3", "with an argument of its own"],
    ["launch claude -i bottle --label 'fix login' --cost 5", "in a bottle that may cost five dollars"],
    ["launch claude -i bottle --dry-run --json", "what would be launched, for a program to read"],
  ],
  json: "{launch: launch, terminal: terminal}, in a bottle with bottle: bottle; with --dry-run bottlePlan",
  async run(session, { options, arguments: { program, arguments: more } }) {
    const { launch } = await import("../../launches/launch.ts");
    return launch(session, { ...options, dryRun: options["dry-run"], program, more });
  },
});

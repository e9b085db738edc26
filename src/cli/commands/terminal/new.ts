/** `cellar terminal new`. */
import { defineCommand } from "../../command.ts";
import { misunderstood } from "../../usage.ts";

export const command = defineCommand({
  summary: "Start a terminal: your login shell, or a program",
  details: [
    "Without --workspace and --cwd it starts in the current directory, as part of the workspace that directory lies in, if any.",
  ],
  arguments: { program: { rest: "dashes", summary: "A program with its arguments, started without a shell between" } },
  options: {
    name: { short: "n", value: "name", summary: "A name that no terminal that runs has" },
    workspace: { short: "w", value: "workspace", completes: "workspace", summary: "Start in this workspace" },
    cwd: { value: "folder", completes: "folder", summary: "Start in this folder" },
    env: {
      short: "e",
      value: "NAME=value",
      multiple: true,
      summary: "Add to the environment; NAME alone removes it from there",
    },
    attach: { summary: "Attach to it at once" },
  },
  examples: [
    ["terminal new --name dev --attach", "a shell to work in"],
    ["terminal new -w api -- npm test -- --watch", "a program in a workspace"],
  ],
  json: "terminal",
  async run(session, { options, arguments: { program } }) {
    const { newTerminal } = await import("../../terminals/new.ts");
    const env = Object.fromEntries(options.env.map((each) => variable(each)));
    const terminal = await newTerminal(session, { ...options, program, env });
    if (options.attach) {
      const { attach } = await import("../../attach/attach.ts");
      return attach(session, { terminalId: terminal.id, label: terminal.name ?? terminal.id });
    }
    session.result(terminal, () => terminal.id);
    return 0;
  },
});

function variable(text: string): [string, string | null] {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === undefined)
    throw misunderstood(`--env takes NAME=value, not ${JSON.stringify(text)}`, ["terminal", "new"]);
  return [name, value ?? null];
}

/** `cellar open`. */
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  summary: "Show Cellar's window: as it is, at a workspace or terminal, or at the form for a new workspace",
  details: [
    "A folder or git URL fills in the form for a new workspace, or with --yes becomes one at once. A folder that is a workspace already is shown as that.",
    "A cellar:// link only asks: the window shows what it leads to, or offers what it names to you. --yes changes nothing about that.",
    "Starts Cellar when it does not run. In browser mode the address is opened in the browser, and printed.",
  ],
  arguments: {
    target: { completes: "workspace", summary: "A folder, a git URL, a workspace, a terminal or a cellar:// link" },
  },
  options: { yes: { short: "y", summary: "Make the workspace instead of asking for it in the window" } },
  examples: [
    ["open", "the window as it is"],
    ["open .", "the form for a workspace of the current folder"],
    ["open --yes https://example.org/api.git", "a new workspace, shown in the window"],
  ],
  json: "{url: string | null, shown: boolean, show: what the window was asked to show | null}",
  async run(session, { options, arguments: { target } }) {
    const { open } = await import("../open.ts");
    return open(session, target, { make: options.yes });
  },
});

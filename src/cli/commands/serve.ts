/** `cellar serve`: browser mode. */
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  summary: "Start Cellar with the system's browser as its window",
  details: [
    'Prints one JSON line {"url","pid","home"} when it is ready. Ctrl-C ends Cellar; terminals go on. If Cellar runs already, prints where and ends.',
  ],
  options: {
    open: { summary: "Open the address in the browser" },
    port: { value: "N", summary: "Port on the loopback interface; any free one when left out" },
  },
  examples: [["serve --open", "starts Cellar and opens its window"]],
  json: "the line that is printed anyway",
  async run(_session, { options }) {
    const { runBrowserMode } = await import("#main/browser-mode.ts");
    return runBrowserMode({ port: Number(options.port ?? 0), open: options.open });
  },
});

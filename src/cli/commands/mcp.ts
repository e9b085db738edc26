/** `cellar mcp`: MCP for clients that start their servers, and where the endpoint is for those that connect by address. */
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  summary: "Serve MCP on standard input and output",
  details: [
    "For clients that start their servers. With CELLAR_TOKEN in the environment it acts as the launched program it was given to, else as you. docs/mcp.md says more.",
  ],
  options: { http: { summary: 'Print {"url","token"} instead, for clients that connect by address' } },
  examples: [["mcp", "as a client calls it: claude mcp add cellar -- cellar mcp"]],
  json: "messages of MCP, or with --http the line that is printed anyway",
  async run(session, { options }) {
    const mcp = await import("../mcp.ts");
    const paths = await session.paths();
    return options.http ? mcp.printEndpoint(paths) : mcp.serveStdio(paths);
  },
});

/**
 * The endpoint for MCP clients (docs/mcp.md): where it is, the person's token for it, and who has called what. The tools themselves are
 * MCP's, not this contract's.
 */
import { z } from "zod";
import { launchId, liveList, procedure, terminalId, timestamp } from "./base.ts";

export const mcpEndpoint = z.strictObject({
  /** `http://127.0.0.1:<port>/mcp`; null when no port could be had. */
  url: z.string().nullable(),
  /** Why there is no address. */
  problem: z.string().nullable(),
  /** Program and arguments of the stdio server, for clients that start one. */
  command: z.array(z.string()),
});
export type McpEndpoint = z.infer<typeof mcpEndpoint>;

/** One call of a tool or reading of a resource. It never holds keys typed, code or output. */
export const mcpCall = z.strictObject({
  id: z.string(),
  at: timestamp,
  /** `person`: the person's own client. `launch`: an agent program that Cellar launched. */
  caller: z.enum(["person", "launch"]),
  launchId: launchId.nullable(),
  /** Name of the launched agent program; null for the person. */
  programName: z.string().nullable(),
  via: z.enum(["stdio", "http"]),
  /** Name of the tool, or `resources/list`, `resources/read`, `resources/subscribe`. */
  tool: z.string(),
  /** The terminal it was about, where that is one that exists. */
  terminalId: terminalId.nullable(),
  /** `error`: the tool answered with an error. `refused`: the terminal is out of the caller's reach. `invalid`: the arguments were not understood. */
  outcome: z.enum(["ok", "error", "refused", "invalid"]),
  /** Milliseconds until the answer. */
  ms: z.int().min(0),
});
export type McpCall = z.infer<typeof mcpCall>;

const token = z.strictObject({ token: z.string() });

export const mcp = {
  endpoint: procedure.input(z.strictObject({})).output(mcpEndpoint),
  /** The person's token: it reaches every terminal. Kept in a file of the state directory that only the person can read. */
  token: procedure.input(z.strictObject({})).output(token),
  /** Makes a new one; the old one stops working at once. */
  rotateToken: procedure.input(z.strictObject({})).output(token),
  /** The latest 200 calls; `logs/mcp.log` has older ones. */
  watchCalls: procedure.input(z.strictObject({})).output(liveList(mcpCall)),
};

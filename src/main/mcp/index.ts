/** MCP: agents and a person's own clients drive terminals. */
export { composeMcp } from "./compose.ts";
export type { Offer } from "./offer.ts";
export { mcpProcedures } from "./procedures.ts";
export { Mcp } from "./service.ts";
export { type Tool, tool } from "./tools/tool.ts";

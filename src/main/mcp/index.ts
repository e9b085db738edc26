/** MCP: agents and a person's own clients drive terminals. */
export type { Offer } from "./offer.ts";
export { mcpProcedures } from "./procedures.ts";
export { Mcp, type McpParts } from "./service.ts";
export { type Tool, tool } from "./tools/tool.ts";

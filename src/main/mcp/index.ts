/** MCP: agents and a person's own clients drive terminals. */
export { mcpProcedures } from "./procedures.ts";
export { Mcp, type McpParts } from "./service.ts";

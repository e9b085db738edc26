/** MCP: connecting clients, and what launched agent programs may drive. */

export { MayDrive } from "./may-drive.tsx";
export { McpSettings, matchesMcp } from "./mcp-settings.tsx";

/** MCP's part of the contract: what a window or a script of the person may ask. Both have come through a guard of their own. */
import { implementing } from "../transport/implementing.ts";
import type { Mcp } from "./service.ts";

export function mcpProcedures(service: Mcp) {
  const { mcp } = implementing;
  return mcp.router({
    endpoint: mcp.endpoint.handler(() => service.endpoint),
    token: mcp.token.handler(() => ({ token: service.token })),
    rotateToken: mcp.rotateToken.handler(() => ({ token: service.rotateToken() })),
    watchCalls: mcp.watchCalls.handler(({ signal }) => service.calls.list.watch(signal)),
  });
}

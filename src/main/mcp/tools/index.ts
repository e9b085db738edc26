/** All tools, in the order in which clients list them. */
import { cellTools } from "./cells.ts";
import { ptyTools } from "./pty.ts";

export type { Tool, ToolContext } from "./tool.ts";
export const tools = [...ptyTools, ...cellTools];

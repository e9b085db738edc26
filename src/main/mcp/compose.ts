/** MCP over what agents may drive. */
import { join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import type { Ground } from "../ground.ts";
import { Mcp, type McpParts } from "./service.ts";

const program = process.platform === "win32" ? "cellar.cmd" : "cellar";

export function composeMcp(
  { paths, version, log, endings }: Ground,
  parts: Pick<McpParts, "host" | "terminals" | "launches" | "workspaces">,
): Mcp {
  const mcp = new Mcp({
    ...parts,
    home: paths.home,
    logs: paths.logs,
    command: [join(installationFolder, "resources", "bin", program), "mcp"],
    version,
    log,
  });
  endings.add(() => mcp.close());
  return mcp;
}

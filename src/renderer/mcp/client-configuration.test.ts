import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { claudeCommand, clientConfiguration } from "./client-configuration.ts";

test.each(["/opt/cellar/bin/cellar", "/home/ann o'neil/$HOME/`id`/cellar", "/tmp/a\nb"])(
  "a shell takes the path %j as it is",
  (path) => {
    const command = claudeCommand([path, "mcp"]).replace(/^claude/, "printf '%s\\0'");
    const said = execFileSync("sh", ["-c", command], { encoding: "utf8" }).split("\0");
    expect(said).toEqual(["mcp", "add", "--scope", "user", "cellar", "--", path, "mcp", ""]);
    expect(JSON.parse(clientConfiguration([path, "mcp"]))).toEqual({
      mcpServers: { cellar: { command: path, args: ["mcp"] } },
    });
  },
);

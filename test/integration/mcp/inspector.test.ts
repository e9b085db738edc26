/** The MCP inspector's command line, as people check a server with it: over stdio and over HTTP. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import { cellarProgram } from "#test/product/mcp.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

const inspector = resolve(
  import.meta.dirname,
  "../../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);

let product: Product;
let targets: Record<"stdio" | "http", string[]>;
beforeAll(async () => {
  product = await Product.start();
  const { url } = await call(product, "mcp.endpoint", {});
  const { token } = await call(product, "mcp.token", {});
  targets = {
    // The inspector starts a server with next to nothing of its own environment.
    stdio: [cellarProgram, "mcp", "-e", `CELLAR_HOME=${product.home}`],
    http: [url!, "--transport", "http", "--header", `Authorization: Bearer ${token}`],
  };
});
afterAll(() => product?.[Symbol.asyncDispose]());

async function inspect(way: "stdio" | "http", ...args: string[]): Promise<Record<string, unknown>> {
  const run = promisify(execFile);
  const all = [inspector, "--cli", ...targets[way], ...args];
  const { stdout } = await run(process.execPath, all, { env: product.environment, timeout: 60_000 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe.each(["stdio", "http"] as const)("over %s", (way) => {
  test("it lists tools and resources, and calls", async () => {
    const { tools } = (await inspect(way, "--method", "tools/list", "--strict")) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toContain("pty_create");
    const calls = ["--method", "tools/call", "--tool-name"];
    const created = await inspect(way, ...calls, "pty_create", "--tool-arg", "cmd=echo inspected; cat");
    const { terminal_id } = created["structuredContent"] as { terminal_id: string };
    await eventually(
      () => call(product, "terminals.capture", { id: terminal_id }),
      ({ text }) => text.includes("inspected"),
    );
    const captured = await inspect(way, ...calls, "pty_capture", "--tool-arg", `terminal_id=${terminal_id}`, "lines=1");
    expect(captured["structuredContent"]).toMatchObject({ text: "inspected", state: "running" });
    const uri = `cellar://terminals/${terminal_id}/output`;
    const { resources } = (await inspect(way, "--method", "resources/list")) as { resources: { uri: string }[] };
    expect(resources.map((resource) => resource.uri)).toContain(uri);
    const { contents } = (await inspect(way, "--method", "resources/read", "--uri", uri)) as { contents: object[] };
    expect(contents).toEqual([{ uri, mimeType: "text/plain", text: "inspected" }]);
  });
});

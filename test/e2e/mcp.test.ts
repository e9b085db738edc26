/** MCP as a person meets it: launching an agent that may drive terminals, allowing it more, connecting a client, and seeing what was called. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { TestClient } from "#test/product/mcp.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { Window } from "./window.ts";

let product: Product;
let window: Window;

beforeAll(async () => {
  product = new Product();
  const bin = product.folder.in("bin");
  mkdirSync(bin);
  const record = product.folder.in("record");
  writeFileSync(
    join(bin, "my-agent"),
    `#!/bin/sh\nprintf '%s\\n' "$CELLAR_TOKEN" "$@" > ${record}.new; mv ${record}.new ${record}; exec cat\n`,
  );
  chmodSync(join(bin, "my-agent"), 0o755);
  for (const file of [".profile", ".bash_profile", ".bashrc"]) {
    writeFileSync(product.folder.in(file), `export PATH='${bin}':"$PATH"\n`);
  }
  mkdirSync(product.home);
  writeFileSync(
    join(product.home, "agent-programs.toml"),
    `[my-agent]\nname = "My agent"\ncommand = ["my-agent"]\nmcp = { arguments = ["--mcp", "{mcp-url}"] }\n`,
  );
  await product.start();
  mkdirSync(product.folder.in("api"));
  await call(product, "workspaces.create", { source: product.folder.in("api"), mode: "in-place", name: "api" });
  window = await Window.open(product.url);
  await window.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await window.skipFirstRun();
});
afterAll(async () => {
  await window?.[Symbol.asyncDispose]();
  await product?.[Symbol.asyncDispose]();
});

const clipboard = () => window.page.evaluate(() => navigator.clipboard.readText());

/** In the palette. */
async function choose(query: string, name: RegExp): Promise<void> {
  await window.page.keyboard.press("Control+k");
  await window.page.getByRole("dialog").getByRole("combobox").fill(query);
  await window.page.getByRole("option", { name }).click();
  await window.page.getByRole("dialog").waitFor({ state: "detached" });
}

async function quiet(): Promise<void> {
  const { violations } = await new AxeBuilder({ page: window.page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
}

function recorded(): string[] {
  try {
    return readFileSync(product.folder.in("record"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

test("an agent launched with the switch on is told of the server, and drives more when it is allowed", async () => {
  const { page } = window;
  await page.getByRole("treeitem", { name: /^api/ }).click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Launch/ }).click();
  await page.getByText("My agent").first().click();
  const drives = page.getByRole("switch", { name: "May drive terminals through Cellar" });
  expect(await drives.getAttribute("aria-checked")).toBe("false");
  await drives.click();
  await quiet();
  await window.button("Launch My agent").click();
  const [token, ...args] = await eventually(recorded, (lines) => lines.length === 3);
  expect(args).toEqual(["--mcp", (await call(product, "mcp.endpoint", {})).url]);

  const other = await call(product, "terminals.create", { command: "cat" });
  await using agent = await TestClient.connect(product, { via: "http", protocol: "auto" }, token);
  expect(await agent.error("pty_capture", { terminal_id: other.id })).toBe(`Unknown terminal: ${other.id}`);
  await page.getByRole("combobox", { name: "May drive" }).click();
  await page.getByRole("option", { name: "All terminals" }).click();
  await eventually(
    () => first(product, "launches.watch", {}),
    (event) => event.type === "all" && event.items[0]?.reach === "all",
  );
  expect(await agent.result("pty_capture", { terminal_id: other.id })).toMatchObject({ state: "running" });
  await quiet();

  // The list of the choice is gone before the next key is pressed, as a person would see.
  await page.getByRole("option").first().waitFor({ state: "detached" });
  await choose("drive only", /Let it drive only its workspace/);
  await eventually(
    () => agent.call("pty_capture", { terminal_id: other.id }),
    ({ isError }) => isError,
  );
});

test("a client is connected with what the settings say, its calls are listed, and a new token ends the old", async () => {
  const { page } = window;
  await choose("connect an mcp", /Connect an MCP client/);
  await window.button("Copy the address").click();
  const url = await clipboard();
  expect(url).toBe((await call(product, "mcp.endpoint", {})).url);
  await window.button("Copy the command").click();
  expect(await clipboard()).toMatch(/^claude mcp add --scope user cellar -- .*\/resources\/bin\/cellar mcp$/);
  await window.button("Copy the configuration").click();
  expect(JSON.parse(await clipboard())).toMatchObject({ mcpServers: { cellar: { args: ["mcp"] } } });
  await window.button("Copy the token").click();
  await page.getByText("Copied.").waitFor();
  const token = await clipboard();

  await using client = await TestClient.connect(product, { via: "http", protocol: "auto" }, token);
  await client.result("pty_list");
  const calls = page.getByRole("list", { name: "Recent calls, newest first" });
  const [newest, before] = [calls.getByRole("listitem").first(), calls.getByRole("listitem").nth(1)];
  await newest.getByText("pty_list").waitFor();
  expect(await newest.innerText()).toMatch(/Done\s+You\s+pty_list/);
  expect(await before.innerText()).toMatch(/Out of reach\s+My agent\s+pty_capture\s+cat/);
  await quiet();

  await window.button("New token…").click();
  await window.button("Replace it now").click();
  await page.getByText("There is a new token.").waitFor();
  await expect(client.call("pty_list")).rejects.toThrow();
  expect(window.errors).toEqual([]);
});

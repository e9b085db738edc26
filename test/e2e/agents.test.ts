/** An agent program as a person meets it: found with its version, launched with a first prompt, ended, and resumed with its conversation. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { Window } from "./window.ts";

const double = resolve(import.meta.dirname, "../doubles/agent-program.mjs");
let product: Product;
let window: Window;

type Recorded = { started?: string[]; ready?: boolean };
function recorded(): Recorded[] {
  return readFileSync(product.folder.in("record"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded);
}

beforeAll(async () => {
  product = new Product();
  const bin = product.folder.in("bin");
  mkdirSync(bin);
  writeFileSync(product.folder.in("record"), "");
  // On the PATH that only the login shell knows, as it is with most people's programs.
  writeFileSync(join(bin, "my-agent"), `#!/bin/sh\nexec '${process.execPath}' '${double}' "$@"\n`);
  chmodSync(join(bin, "my-agent"), 0o755);
  const profile = `export PATH='${bin}':"$PATH" AGENT_RECORD='${product.folder.in("record")}'\n`;
  for (const file of [".profile", ".bash_profile", ".bashrc", ".zprofile"])
    writeFileSync(product.folder.in(file), profile);
  mkdirSync(product.home);
  writeFileSync(
    join(product.home, "agent-programs.toml"),
    `[my-agent]
name = "My agent"
command = ["my-agent"]
version = { arguments = ["--version"], pattern = '(\\d+\\.\\d+\\.\\d+)' }
start = { prompt = "argument", arguments = ["--session", "{conversation}"], arguments-with-prompt = ["--session", "{conversation}", "{prompt}"] }
conversation = { id = "uuid", resume = ["--resume", "{conversation}"] }
`,
  );
  await product.start();
  mkdirSync(product.folder.in("api"));
  // What the double notes down lies outside of its workspace.
  await call(product, "settings.change", { launchIsolation: "none" });
  await call(product, "workspaces.create", { source: product.folder.in("api"), mode: "in-place", name: "api" });
  window = await Window.open(product.url);
  await window.skipFirstRun();
});
afterAll(async () => {
  await window?.[Symbol.asyncDispose]();
  await product?.[Symbol.asyncDispose]();
});

test("an agent program is found, launched with a prompt, and resumed exactly", async () => {
  await window.page.getByRole("treeitem", { name: /^api/ }).click({ button: "right" });
  await window.page.getByRole("menuitem", { name: /^Launch/ }).click();
  await window.page.getByText("My agent").first().click();
  await window.page.getByText("1.2.3").first().waitFor();
  await window.page.getByText("not isolated").first().waitFor();
  await window.page.getByRole("textbox", { name: /First prompt/ }).fill("make it quick");
  await window.button("Launch My agent").click();

  const [started] = await eventually(recorded, (events) => events.some((event) => event.started));
  const [option, conversation, prompt] = started!.started!;
  expect([option, prompt]).toEqual(["--session", "make it quick"]);
  expect(conversation).toMatch(/^[0-9a-f-]{36}$/);

  await eventually(recorded, (events) => events.some((event) => event.ready));
  await window.typeLine("exit 0");
  await window.button("Resume the conversation").click();
  const events = await eventually(recorded, (all) => all.filter((event) => event.started).length === 2);
  expect(events.filter((event) => event.started).at(-1)!.started).toEqual(["--resume", conversation]);
  expect(window.errors).toEqual([]);
});

test("nothing is offered to be launched in a workspace whose folder is gone, and why is said", async () => {
  rmSync(product.folder.in("api"), { recursive: true });
  await window.page.getByRole("treeitem", { name: /^api/ }).click();
  await window.page.getByText("Its folder is gone").first().waitFor();
  await window.runFromPalette("launch an agent program");
  await window.page.getByText("Nothing can be launched in api: its folder is gone.").waitFor();
  await window.button("Show api").click();
  await window.page.getByText("Its folder is gone").first().waitFor();
});

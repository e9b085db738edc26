/**
 * The vault as a person uses it, by keyboard and mouse: set up, add, rotate, lock, a wrong passphrase, unlock, import, git credential,
 * delete. Afterwards no value is in the page, in what went over the wire after it went in once, in a log, or in any file.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { Product } from "#test/product/product.ts";
import { Window } from "./window.ts";

const passphrase = "seven brave foxes sleeping";
const wrong = "seven brave foxes waking up";
const values = {
  added: "sk-added-1f2e3d4c5b6a/+&=%",
  rotated: 'sk-rotated-"0a9b8c7d6e5f"',
  imported: "sk-imported-0123456789abcdef",
  replaced: "sk-replaced-fedcba9876543210",
  leftOut: "sk-left-out-00ff11ee22dd",
  token: "ghp_e2eTokenThatIsNowhere0123",
  outside: "sk-outside-a1b2c3d4e5f6",
};
const secrets = [passphrase, wrong, ...Object.values(values)];

let product: Product;
let window: Window;
/** What the page was sent, and what it sent, frame by frame. */
const received: string[] = [];
const sent: string[] = [];

beforeAll(async () => {
  product = new Product();
  // Where a person has such variables: only their login shell knows them.
  for (const file of [".profile", ".bash_profile", ".bashrc", ".zprofile"]) {
    writeFileSync(product.folder.in(file), `export AVP_VAULT_OUTSIDE='${values.outside}'\n`);
  }
  await product.start();
  window = await Window.open(product.url);
  window.page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => received.push(String(payload)));
    socket.on("framesent", ({ payload }) => sent.push(String(payload)));
  });
  await window.page.reload();
  await window.skipFirstRun();
  window.page.setDefaultTimeout(6_000);
});
afterAll(async () => {
  await window?.[Symbol.asyncDispose]();
  await product?.[Symbol.asyncDispose]();
});

/** Every way in which a value could be written down. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    ...new Set([
      value,
      JSON.stringify(value).slice(1, -1),
      bytes.toString("base64").replace(/=+$/, ""),
      bytes.toString("base64url"),
      bytes.toString("hex"),
      bytes.toString("hex").toUpperCase(),
      encodeURIComponent(value),
      value.replaceAll("&", "&amp;").replaceAll('"', "&quot;"),
    ]),
  ];
}

function leaksIn(where: string, text: Buffer | string): string[] {
  return secrets.flatMap((secret) =>
    formsOf(secret)
      .filter((form) => text.includes(form))
      .map((form) => `${where}: ${form}`),
  );
}

/** All files below a folder, read as bytes. */
function filesBelow(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path)]);
}

const field = (label: string) => window.page.getByLabel(label, { exact: true });
const panel = () => window.page.getByRole("table", { name: "Secrets" });
const row = (handle: string) => panel().getByRole("row", { name: new RegExp(`^${handle} `) });

test("the vault is set up with a passphrase that is typed twice and judged", async () => {
  await window.runFromPalette("set up the vault");
  await window.page.getByRole("heading", { name: "Set up the vault" }).waitFor();
  await field("New passphrase").fill("short");
  await window.page.getByRole("status").getByText("Too short: 5 of at least 8 characters").waitFor();
  await field("New passphrase").fill(passphrase);
  await field("The same again").fill(`${passphrase}x`);
  await field("The same again").press("Enter");
  await window.page.getByText("The two are not the same").waitFor();
  await field("The same again").fill(passphrase);
  await window.page.getByRole("status").getByText("Strong").waitFor();
  await field("The same again").press("Enter");
  await window.page.getByRole("button", { name: "Lock now" }).waitFor();
  await window.page.getByRole("button", { name: "Vault unlocked", exact: true }).waitFor();
});

test("a secret is added by keyboard, refused twice under one handle, and rotated", async () => {
  await row("outside").getByText("From the environment ($AVP_VAULT_OUTSIDE)").waitFor();
  await window.button("Add a secret").press("Enter");
  await field("Handle").fill("Not A Handle");
  await field("Handle").press("Tab");
  await window.page.getByText("invalid handle 'Not A Handle': use lowercase letters").first().waitFor();
  await field("Handle").fill("openai");
  await field("Value").fill(values.added);
  await field("Value").press("Enter");
  await row("openai").getByText("Nobody yet").waitFor();

  await window.button("Add a secret").click();
  await field("Handle").fill("openai");
  await field("Value").fill(values.added);
  await field("Value").press("Enter");
  await window.page.getByText("Secret 'openai' already exists").waitFor();
  await window.page.getByRole("button", { name: "Replace the value of openai" }).waitFor();
  await window.page.keyboard.press("Escape");

  await window.button("Rotate openai").click();
  await field("New value").fill(values.rotated);
  await field("New value").press("Enter");
  await row("openai").getByRole("cell", { name: "2", exact: true }).waitFor();
});

test("locked, it shows names only; a wrong passphrase is refused, the right one opens it", async () => {
  await window.button("Lock now").click();
  await window.page.getByRole("button", { name: "Vault locked", exact: true }).waitFor();
  await row("openai").waitFor();
  expect(await window.button("Rotate openai").count()).toBe(0);
  await field("Passphrase").fill(wrong);
  await field("Passphrase").press("Enter");
  await window.page.getByRole("alert").getByText("That is not the vault's passphrase").waitFor();
  expect(await field("Passphrase").inputValue()).toBe("");
  await field("Passphrase").fill(passphrase);
  await field("Passphrase").press("Enter");
  await window.button("Lock now").waitFor();
});

test("a .env file is imported by name, with a choice for each conflict", async () => {
  await window.button("Import…").click();
  const text = `# keys\nANTHROPIC_API_KEY=${values.imported}\nOPENAI="${values.replaced}"\nLEFT_OUT=${values.leftOut}\nEMPTY=\n`;
  await window.page.locator("input[type=file]").setInputFiles({
    name: ".env",
    mimeType: "text/plain",
    buffer: Buffer.from(text),
  });
  const read = window.page.getByRole("table", { name: "What was read" });
  await read.getByText("ANTHROPIC_API_KEY").waitFor();
  await window.page.getByText("is left out: refusing to store an empty value").waitFor();
  await field("Handle for ANTHROPIC_API_KEY").fill("anthropic");
  await window.page.getByRole("combobox", { name: "What to do with OPENAI" }).click();
  await window.page.getByRole("option", { name: "Replace what is stored" }).click();
  await window.page.getByRole("combobox", { name: "What to do with LEFT_OUT" }).click();
  await window.page.getByRole("option", { name: "Leave out" }).click();
  await window.button("Import 2 secrets").click();
  await row("anthropic").waitFor();
  await row("openai").getByRole("cell", { name: "3", exact: true }).waitFor();
  expect(await row("left_out").count()).toBe(0);
});

test("a git credential is added and changed without its token", async () => {
  await window.button("Add a git credential").click();
  await field("Name").fill("github");
  await field("Scope").fill("acme/*");
  await field("Token").fill(values.token);
  await field("Token").press("Enter");
  const table = window.page.getByRole("table", { name: "Git credentials" });
  await table.getByText("github.com/acme/*").waitFor();
  await window.button("Change github").click();
  await field("Scope").fill("acme/api");
  await field("Scope").press("Enter");
  await table.getByText("github.com/acme/api").waitFor();
});

test("a secret is deleted by name", async () => {
  await window.button("Delete anthropic").click();
  await window.page.getByText("Nothing has used it yet").waitFor();
  await window.page
    .getByRole("form", { name: "Delete anthropic?" })
    .getByRole("button", { name: "Delete anthropic" })
    .click();
  await row("anthropic").waitFor({ state: "detached" });
  expect((await call(product, "vault.names", {})).handles).toEqual(["openai", "outside"]);
});

test("no value is in the page, and none ever came to it", async () => {
  const typed = await window.page.evaluate(() =>
    Array.from(document.querySelectorAll("input, textarea"), (each) => (each as HTMLInputElement).value).join("\n"),
  );
  expect(leaksIn("page", (await window.page.content()) + typed)).toEqual([]);
  expect(received.length).toBeGreaterThan(10);
  expect(received.flatMap((frame) => leaksIn("received", frame))).toEqual([]);
  const times = (value: string) => sent.filter((frame) => frame.includes(JSON.stringify(value).slice(1, -1))).length;
  // Tried once more under a handle that was taken.
  expect(times(values.added)).toBe(2);
  for (const value of [values.rotated, values.imported, values.token])
    expect([value, times(value)]).toEqual([value, 1]);
});

test("no value is in anything a script can ask for", async () => {
  const answers = [
    await first(product, "vault.watch", {}),
    await first(product, "vault.watchGitCredentials", {}),
    await call(product, "vault.state", {}),
    await call(product, "vault.usage", { handle: "openai" }),
    await first(product, "settings.watch", {}),
    await call(product, "app.layout", {}),
  ];
  expect(leaksIn("answers", JSON.stringify(answers))).toEqual([]);
});

test("no value is in any file, while Cellar runs and after it has ended", async () => {
  const look = () => {
    const files = filesBelow(product.home);
    expect(files.map(([path]) => path).some((path) => path.endsWith("vault.db"))).toBe(true);
    expect(files.map(([path]) => path).some((path) => path.endsWith("main.log"))).toBe(true);
    return files.flatMap(([path, bytes]) => leaksIn(path, bytes));
  };
  expect(look()).toEqual([]);
  expect(window.errors).toEqual([]);
  await window[Symbol.asyncDispose]();
  await product.end("SIGINT");
  expect(look()).toEqual([]);
});

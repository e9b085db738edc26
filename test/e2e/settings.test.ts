/** Settings as a person meets them: every one on the page, found, changed, reset and undone, edited by hand meanwhile; and the reports of crashes below them. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { notificationKind } from "#shared/contract/notifications.ts";
import { remembered, settings } from "#shared/contract/settings.ts";
import { call } from "#test/product/call.ts";
import { Canary } from "#test/product/canary.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { Window } from "./window.ts";

const pictures = resolve(import.meta.dirname, "../../test-results/screenshots");
const canary = new Canary();
let product: Product;
let window: Window;

const file = () => join(product.home, "settings.json");
const stored = () => JSON.parse(readFileSync(file(), "utf8")) as Record<string, unknown>;
const search = () => window.page.getByRole("textbox", { name: "Search settings" });
/** The row of a setting, by the name that settings.json has for it. */
const row = (name: string) => window.page.locator(`[data-setting="${name}"]`);

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  product = new Product();
  // An editor that writes what a person would, and says that it is there.
  const editor = product.folder.in("editor");
  writeFileSync(editor, `#!/bin/sh\nprintf '{"theme":"light","scrollback":2000}' >"$1"\necho edited "$1"\nread -r _\n`);
  chmodSync(editor, 0o755);
  for (const name of [".profile", ".bash_profile", ".bashrc", ".zprofile"])
    writeFileSync(product.folder.in(name), `export EDITOR='${editor}'\nunset VISUAL\n`);
  await product.start();
  window = await Window.open(product.url);
  await window.skipFirstRun();
  await window.button("Settings").click();
  await search().waitFor();
});
afterAll(async () => {
  await window?.[Symbol.asyncDispose]();
  await product?.[Symbol.asyncDispose]();
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await window?.page.screenshot({ path: join(pictures, "settings-failed.png") });
});

test("every setting of the schema has a control on the page, with its unit and range where it is a number", async () => {
  const onlyOnDesktop = [
    "closeToTray",
    "globalShortcut",
    "openAtLogin",
    "updateCheck",
    "updateChannel",
    "updateFeed",
    "vaultLockWithScreen",
  ];
  const elsewhere = [...remembered, ...onlyOnDesktop, "notify"] as string[];
  const names = [
    ...Object.keys(settings.shape).filter((key) => !elsewhere.includes(key)),
    ...notificationKind.options.map((kind) => `notify.${kind}`),
  ];
  const control = "input, [role=switch], [role=combobox]";
  for (const name of names) await row(name).locator(control).first().waitFor({ state: "attached" });
  expect(await row("gatewayHoldSeconds").textContent()).toMatch(/0 to 120 s\./);
});

test("a search marks what it has found, by the key of the file as well, and leads out of nothing", async () => {
  await search().fill("clipboard select");
  await row("copyOnSelect").waitFor();
  expect(await row("copyOnSelect").locator("mark").allTextContents()).toEqual(["select", "Select", "clipboard"]);
  await search().fill("gatewayHoldSeconds");
  await row("gatewayHoldSeconds").waitFor();
  await search().fill("no such thing");
  await window.page.getByText("Nothing is called “no such thing”.").waitFor();
  await window.button("Show all settings").click();
  await row("theme").waitFor();
});

test("a change is applied and marked, a reset takes it back, and an undo the reset", async () => {
  const size = row("terminalFontSize").getByRole("spinbutton");
  await size.fill("15");
  await size.press("Enter");
  await row("terminalFontSize").getByText("changed").waitFor();
  await row("notify.bell").getByRole("switch").click();
  await eventually(stored, (now) => now["terminalFontSize"] === 15 && "notify" in now);
  await window.button("Reset terminal font size to 13 px").click();
  await eventually(stored, (now) => !("terminalFontSize" in now));
  await window.button("Undo").click();
  await eventually(stored, (now) => now["terminalFontSize"] === 15);

  await window.button("Changed 2").click();
  await row("theme").waitFor({ state: "detached" });
  expect(await window.page.locator("[data-setting]").count()).toBe(2);
  await window.button("Changed 2").click();
  const before = stored();
  await window.button("Reset all settings…").click();
  await window.button("Reset all settings now").click();
  await eventually(stored, (now) => Object.keys(now).join() === "firstRunDone");
  await window.page.getByText("All settings are back to their defaults").waitFor();
  await window.page.getByRole("button", { name: "Undo" }).last().click();
  await eventually(
    stored,
    (now) => now["terminalFontSize"] === 15 && JSON.stringify(now["notify"]) === '{"bell":false}',
  );
  expect(Object.keys(stored()).sort()).toEqual(Object.keys(before).sort());
});

test("a number beyond its range is not taken, and the range is said", async () => {
  const lines = row("scrollback").getByRole("spinbutton");
  await lines.fill("5");
  await row("scrollback").getByText("1000 to 100000").waitFor();
  await lines.press("Enter");
  await expect.poll(() => lines.inputValue()).toBe("10000");
});

test("the file is edited by hand: what is right is applied at once, what is broken is told in place and kept", async () => {
  writeFileSync(file(), '{"theme":"light","firstRunDone":true,"scrollback":3000}');
  await expect.poll(() => window.page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");
  await expect.poll(() => row("scrollback").getByRole("spinbutton").inputValue()).toBe("3000");

  const broken = '{"theme":"dark",';
  writeFileSync(file(), broken);
  const inPlace = window.page.getByRole("tabpanel", { name: "Settings" }).getByRole("alert");
  await inPlace.getByText(/The file cannot be read/).waitFor();
  // The last good ones hold, and nothing is written over what the person is at.
  await row("osc52").getByRole("switch").click();
  await row("osc52").getByRole("alert").waitFor();
  expect(readFileSync(file(), "utf8")).toBe(broken);
  expect(await window.page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");

  writeFileSync(file(), '{"theme":"purple","firstRunDone":true,"mine":1}');
  await inPlace.getByText(/theme: .*the default is used/).waitFor();
  await inPlace.getByText("mine: unknown; kept as it is.").waitFor();
  // The line above everything leads to all of them, whatever was looked for since.
  await search().fill("nothing like it");
  await window.page.getByRole("alert").getByRole("button", { name: "Settings", exact: true }).click();
  await row("theme").waitFor();
  for (const theme of ["dark", "light"] as const) {
    await window.page.emulateMedia({ colorScheme: theme });
    await window.page.screenshot({
      path: join(pictures, `settings-file-problem-${theme}.png`),
      animations: "disabled",
    });
  }
  writeFileSync(file(), '{"firstRunDone":true}');
  await inPlace.waitFor({ state: "detached" });
});

test("settings.json is opened in the person's editor, in a terminal, and what it saves is applied", async () => {
  await window.button("Open settings.json").click();
  await window.terminalInFront();
  await expect.poll(() => window.page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");
  const [terminal] = await call(product, "terminals.list", {});
  await eventually(
    async () => (await call(product, "terminals.screen", { id: terminal!.id })).lines.join(""),
    (screen) => screen.includes(`edited ${file()}`),
  );
  await call(product, "terminals.kill", { id: terminal!.id });
  await call(product, "settings.change", { firstRunDone: true, theme: "dark" });
});

test("an error of the window is kept as a report without secrets, read, saved as it is shown, and deleted", async () => {
  await call(product, "vault.setUp", { passphrase: "seven brave foxes sleeping" });
  await call(product, "vault.set", { handle: "canary", value: canary.value });
  await window.page.evaluate(
    (said) => setTimeout(() => Promise.reject(new Error(`it broke with ${said} in ${location.href}`))),
    canary.value,
  );
  await window.page.keyboard.press("Control+k");
  await window.page.getByRole("option").first().waitFor();
  await window.page.keyboard.type("crash reports");
  await window.page.getByRole("option", { name: /^Crash reports/ }).waitFor();
  await window.page.keyboard.press("Enter");
  const section = window.page.getByRole("region", { name: "Crash reports" });
  const entry = section.getByRole("button", { expanded: false, name: /it broke with \[redacted\] in http/ });
  await entry.click();
  const report = section.getByRole("region", { name: "The report" });
  const shown = (await report.locator("pre").textContent())!;
  expect(shown).toMatch(/^Cellar .* · browser · Node/);
  for (const theme of ["dark", "light"] as const) {
    await window.page.emulateMedia({ colorScheme: theme });
    await call(product, "settings.change", { theme });
    await expect.poll(() => window.page.evaluate(() => document.documentElement.dataset["theme"])).toBe(theme);
    await window.page.screenshot({ path: join(pictures, `crash-reports-${theme}.png`), animations: "disabled" });
    const { violations } = await new AxeBuilder({ page: window.page }).analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))).toEqual([]);
  }

  await section.getByRole("button", { name: "Save a report…" }).click();
  await window.page.getByText(/^Saved as /).waitFor();
  const saved = readdirSync(product.folder.path).find((name) => name.startsWith("cellar-report-"))!;
  expect(readFileSync(product.folder.in(saved), "utf8")).toBe(shown);
  for (const private_ of [product.folder.path, "seven brave"]) expect(shown).not.toContain(private_);
  expect(canary.below(product.folder.path).filter((where) => !where.includes("/vault.db"))).toEqual([]);

  await section.getByRole("button", { name: /^Delete the report/ }).click();
  await section.getByText(/^None\./).waitFor();
  expect(readdirSync(join(product.home, "logs", "crash-reports"))).toEqual([]);
  // What was thrown on purpose, and nothing else.
  expect(window.errors.filter((error) => !error.includes("it broke with"))).toEqual([]);
});

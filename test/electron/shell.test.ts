/** What only Electron itself can show: that the window is locked in, and that there is one app per home. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RealDesktop } from "./real-desktop.ts";

const computer = new RealDesktop();
let page: Page;

beforeAll(async () => {
  page = await computer.start();
});
afterAll(() => computer[Symbol.asyncDispose]());

test("the window has no Node, and loads nothing from elsewhere", async () => {
  expect(await page.evaluate(() => ["require", "process", "module"].filter((name) => name in globalThis))).toEqual([]);
  expect(new URL(page.url()).protocol).not.toMatch(/^(https?|file):$/);
  const blocked = await page.evaluate(() =>
    fetch("https://example.com").then(
      () => false,
      () => true,
    ),
  );
  expect(blocked).toBe(true);
});

test("its renderer is sandboxed and isolated", async () => {
  const preferences = await computer.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window!.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences };
    const { sandbox, contextIsolation, nodeIntegration } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration };
  });
  expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false });
});

test("a second start of the same home ends at once and leaves the first", async () => {
  const second = spawn(process.env["CELLAR_ELECTRON"]!, [resolve(import.meta.dirname, "../..")], {
    env: computer.environment,
    stdio: "ignore",
  });
  const [code] = await once(second, "exit");
  expect(code).toBe(0);
  await page.getByRole("banner").waitFor();
});

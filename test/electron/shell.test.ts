/** What only Electron itself can show: that the window is locked in. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RealApp, RealDesktop } from "./real-desktop.ts";

const computer = new RealDesktop();
let running: RealApp;
let page: Page;

beforeAll(async () => {
  running = await computer.start();
  page = await running.page();
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
  const preferences = await running.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window!.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences };
    const { sandbox, contextIsolation, nodeIntegration } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration };
  });
  expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false });
});

/** Electron's security checklist (docs/tutorial/security.md), item by item, on the running product. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { Window } from "../window.ts";

const root = resolve(import.meta.dirname, "../../..");
let desktop: Desktop;
let app: DesktopApp;
let page: Page;

beforeAll(async () => {
  desktop = await Desktop.open();
  app = await desktop.start();
  page = await app.page();
  await Window.around(page).skipFirstRun();
});
afterAll(() => desktop?.[Symbol.asyncDispose]());

const preferences = async () => (await app.control.state()).windows[0]!.webPreferences as Record<string, unknown>;
/** What the page says of something it tried. */
const tried = (script: string) => page.evaluate(`(async () => { ${script} })()`) as Promise<unknown>;

test("1, 18: everything comes by the app's own protocol, and nothing is asked of the network or of files", async () => {
  const { remote, windows } = await app.control.state();
  expect(windows[0]!.url).toBe("cellar-window://app/");
  expect(remote).toEqual([]);
});

test("2, 3, 20: the page has nothing of Node and nothing of Electron but the bridge's two functions", async () => {
  expect(
    await tried(
      `return ["require", "process", "module", "Buffer", "electron", "ipcRenderer", "global"].filter((name) => name in window)`,
    ),
  ).toEqual([]);
  expect(await tried("return Object.keys(window.cellar).sort()")).toEqual(["pathOf", "requestPort"]);
  expect(await tried("return Object.isFrozen(window.cellar)")).toBe(true);
  expect(await tried("try { window.cellar = {}; } catch {} return typeof window.cellar.requestPort")).toBe("function");
});

test("3, 4, 6, 8 to 10: the window is sandboxed and isolated, and no protection is switched off", async () => {
  const given = await preferences();
  expect(given).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false });
  for (const name of [
    "webSecurity",
    "allowRunningInsecureContent",
    "experimentalFeatures",
    "enableBlinkFeatures",
    "nodeIntegrationInSubFrames",
    "nodeIntegrationInWorker",
  ])
    expect(given).not.toHaveProperty(name);
});

test("5: no permission is granted but to write text to the clipboard", async () => {
  const states = await tried(`
    const names = ["notifications", "geolocation", "camera", "microphone", "clipboard-read"];
    const states = await Promise.all(names.map(async (name) => [name, (await navigator.permissions.query({ name })).state]));
    return Object.fromEntries(states);`);
  expect(states).toEqual({
    notifications: "denied",
    geolocation: "denied",
    camera: "denied",
    microphone: "denied",
    "clipboard-read": "denied",
  });
  expect(await tried(`return (await navigator.permissions.query({ name: "clipboard-write" })).state`)).toBe("granted");
});

test("7: the policy forbids scripts of text, of the page and of others", async () => {
  const policy = await tried(`return (await fetch("/")).headers.get("content-security-policy")`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|script-src[^;]*https?:/);
  expect(
    await tried(`await new Promise((later) => setTimeout(later));
    try { new Function("return 1")(); return "ran"; } catch (error) { return error.name; }`),
  ).toBe("EvalError");
  expect(
    await tried(`
    const script = document.createElement("script");
    script.textContent = "window.inlineRan = true";
    document.head.append(script);
    return "inlineRan" in window;`),
  ).toBe(false);
});

test("11, 12: a webview is not attached", async () => {
  expect(
    await tried(`
    const view = document.createElement("webview");
    view.src = "https://example.com/";
    document.body.append(view);
    const none = view.getWebContentsId === undefined;
    view.remove();
    return none;`),
  ).toBe(true);
});

test.each(["https://example.com/", "file:///etc/passwd", "cellar-window://elsewhere/", "data:text/html,hello"])(
  "13: the window stays where it is when something in it leads to %s",
  async (url) => {
    const before = await app.control.state();
    await page.evaluate((to) => {
      const link = document.createElement("a");
      link.href = to.replace(/^cellar-window:\/\/elsewhere/, "https://elsewhere.cellar-window.invalid");
      document.body.append(link);
      link.click();
      link.remove();
    }, url);
    // The bridge still answers: the page is the one it was.
    expect(await tried("return typeof window.cellar.requestPort")).toBe("function");
    const after = await app.control.state();
    expect(after.windows[0]!.url).toBe(before.windows[0]!.url);
    expect(after.remote).toEqual([]);
  },
);

test("14, 15: a new window is refused; a link of a harmless kind is opened outside instead", async () => {
  const pages = desktop.browser.contexts()[0]!.pages().length;
  await page.evaluate(() => void window.open("https://example.org/"));
  await app.until(({ opened }) => opened.includes("https://example.org/"));
  await page.evaluate(() => void window.open("https://elsewhere.cellar-window.invalid/"));
  await page.evaluate(() => void window.open("about:blank"));
  await expect.poll(() => desktop.browser.contexts()[0]!.pages().length).toBe(pages);
  expect((await app.control.state()).opened).toEqual(["https://example.org/"]);
  expect((await app.control.state()).windows).toHaveLength(1);
});

test("16: Electron is pinned to one release", () => {
  const { devDependencies } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
});

test("17: a frame in the page is given no port, whatever it says", async () => {
  const answer = await tried(`
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const has = "cellar" in frame.contentWindow;
    frame.remove();
    return has;`);
  expect(answer).toBe(false);
});

test("the window's files lead nowhere above their folder", async () => {
  for (const path of ["/../main/index.js", "/%2e%2e/main/index.js", "/..%2fmain/index.js", "//etc/passwd"]) {
    expect(await tried(`return (await fetch(${JSON.stringify(path)}).catch(() => ({ status: 0 }))).status`)).not.toBe(
      200,
    );
  }
});

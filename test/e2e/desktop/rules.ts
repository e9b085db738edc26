/**
 * Electron's rules, each as a check that can be made of a running app: of the product (security.test.ts) and of products in which a rule was broken
 * (mutations.test.ts), where the same check has to fail. A check waits for what it looks at, and looks at nothing before.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { call } from "#test/product/call.ts";
import type { Desktop, DesktopApp } from "#test/product/electron.ts";

export type Stage = {
  desktop: Desktop;
  app: DesktopApp;
  /** How long to wait for what should come, in milliseconds: a broken product is not waited for as long as a slow one. */
  patience: number;
};
export type Rule = (stage: Stage) => Promise<void>;

/** The window's page, whether or not its scripts run. */
const page = ({ app }: Stage) => app.anyPage();
const windowId = async ({ app }: Stage) =>
  (await app.until(({ windows }) => windows.some(({ url }) => url !== ""))).windows[0]!.id;
const inPage = async (stage: Stage, script: string): Promise<unknown> =>
  (await page(stage)).evaluate(`(async () => { ${script} })()`);

/** Clicks a link in the page; the address is as the browser knows it. */
async function follow(page: Page, url: string): Promise<void> {
  await page.evaluate((to) => {
    const link = document.createElement("a");
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, url);
}

/** Whether the page is given a port that the contract answers on. */
const portOpens = `
  const requestId = "rule-" + Math.random();
  const port = await new Promise((resolve) => {
    window.addEventListener("message", ({ data, ports }) => data.requestId === requestId && resolve(ports[0]));
    window.cellar.requestPort(requestId, { kind: "rpc" });
  });
  const ended = new Promise((resolve) => port.addEventListener("close", () => resolve(true)));
  port.start();
  port.postMessage(0);
  const refusal = new Promise((resolve) => port.addEventListener("message", ({ data }) => resolve(data)));
  return await Promise.any([refusal, ended]);`;

export const rules = {
  "the window is a secure page of the app's own scheme, and nothing is asked of the network": async (stage) => {
    const given = await inPage(
      stage,
      `return [location.protocol !== "http:", isSecureContext, (await fetch("/")).status]`,
    );
    expect(given).toEqual([true, true, 200]);
    const { remote, windows } = await stage.app.control.state();
    expect(windows[0]!.url).toBe("cellar-window://app/");
    expect(remote).toEqual([]);
  },

  "the page has nothing of Node, and nothing of Electron but the bridge's two functions": async (stage) => {
    const globals = `["require", "process", "module", "Buffer", "electron", "ipcRenderer", "global"]`;
    expect(await inPage(stage, `return ${globals}.filter((name) => name in window)`)).toEqual([]);
    expect(await inPage(stage, "return Object.keys(window.cellar ?? {}).sort()")).toEqual(["pathOf", "requestPort"]);
    expect(await inPage(stage, "return Object.isFrozen(window.cellar)")).toBe(true);
    const replaced = "try { window.cellar = {}; } catch {} return typeof window.cellar.requestPort";
    expect(await inPage(stage, replaced)).toBe("function");
  },

  "the window is sandboxed and isolated, and no protection is switched off": async ({ app }) => {
    const { windows } = await app.until((state) => state.windows.length > 0);
    const given = windows[0]!.webPreferences as Record<string, unknown>;
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
  },

  "no permission is granted but to write text to the clipboard": async (stage) => {
    const id = await windowId(stage);
    for (const name of ["notifications", "geolocation", "clipboard-read", "media"] as const)
      expect([name, await stage.app.control.permission(id, name)]).toEqual([name, { check: false, request: false }]);
    const write = await stage.app.control.permission(id, "clipboard-sanitized-write");
    expect(write).toEqual({ check: true, request: true });
    for (const type of ["hid", "serial", "usb"] as const)
      expect([type, await stage.app.control.device(id, type)]).toEqual([type, false]);
    const states = `
      const names = ["notifications", "geolocation", "camera", "microphone", "clipboard-read", "clipboard-write"];
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));`;
    expect(await inPage(stage, states)).toEqual([...Array(5).fill("denied"), "granted"]);
  },

  "the policy forbids scripts of text, of the page and of others": async (stage) => {
    const policy = await inPage(stage, `return (await fetch("/")).headers.get("content-security-policy")`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|script-src[^;]*https?:/);
    const evaluated = `await new Promise((later) => setTimeout(later));
      try { new Function("return 1")(); return "ran"; } catch (error) { return error.name; }`;
    expect(await inPage(stage, evaluated)).toBe("EvalError");
    const inline = `
      const script = document.createElement("script");
      script.textContent = "window.inlineRan = true";
      document.head.append(script);
      return "inlineRan" in window;`;
    expect(await inPage(stage, inline)).toBe(false);
  },

  "a new window is refused, and a link of a harmless kind opened outside instead": async (stage) => {
    const url = "https://example.org/";
    await (await page(stage)).evaluate((to) => void window.open(to), url);
    const { allowed } = await stage.app.until((state) => [...state.opened, ...state.allowed].includes(url));
    expect(allowed).toEqual([]);
    const shift = `
      const link = Object.assign(document.createElement("a"), { href: "https://example.net/" });
      document.body.append(link);
      link.dispatchEvent(new MouseEvent("click", { shiftKey: true, bubbles: true, cancelable: true }));
      link.remove();`;
    await inPage(stage, shift);
    const state = await stage.app.until(({ opened }) => opened.includes("https://example.net/"));
    expect(state.windows).toHaveLength(1);
  },

  "only the top frame of a page of ours is given a port": async (stage) => {
    const id = await windowId(stage);
    const asked = ["an id", { kind: "rpc" }];
    const hear = (url: string, top: boolean) => stage.app.control.hearFrom(id, { url, top }, "cellar:port", asked);
    expect(await hear("cellar-window://app/", false)).toEqual([]);
    expect(await hear("https://example.com/", true)).toEqual([]);
    expect(await hear("cellar-window://app.example.com/", true)).toEqual([]);
    expect(await hear("cellar-window://app/", true)).toEqual([["cellar:port", "an id"]]);
  },

  "a port comes to the frame that asked, also after the page was loaded anew": async (stage) => {
    const id = await windowId(stage);
    const frame = { url: "cellar-window://app/", top: true };
    for (const name of ["one", "another"]) {
      const answered = await stage.app.control.hearFrom(id, frame, "cellar:port", [name, { kind: "rpc" }]);
      expect(answered).toEqual([["cellar:port", name]]);
    }
    const opened = async () => within(stage, inPage(stage, portOpens));
    expect(await opened()).toEqual(expect.stringContaining("invalid_input"));
    await (await page(stage)).reload();
    expect(await opened()).toEqual(expect.stringContaining("invalid_input"));
  },

  "the keychain is asked when Electron is ready": async ({ desktop, app, patience }) => {
    await app.until(({ windows }) => windows.length > 0, patience);
    const { keychain } = await call(desktop, "vault.state", {});
    expect(keychain).toEqual({ name: "GNOME Keyring", problem: null });
  },

  "the tray is held": async ({ app }) => {
    await app.until(({ windows }) => windows.length > 0);
    await app.control.collectGarbage();
    const { tray } = await app.control.state();
    expect(tray).toHaveLength(1);
    expect(tray[0]!.menu.map(({ label }) => label)).toContain("Show Cellar");
  },

  "a notification is held until it is closed": async (stage) => {
    const { desktop, app } = stage;
    await app.control.closeWindow(await windowId(stage));
    await app.until(({ windows }) => !windows[0]!.visible);
    const terminal = await call(desktop, "terminals.create", { cwd: desktop.folder.path, name: "told" });
    await call(desktop, "cells.fire", { terminalId: terminal.id, code: "sleep 0.1" });
    // Another one says where the window went.
    const isTold = ({ title = "" }: { title?: string }) => title.includes("told");
    const { notifications } = await app.until((state) => state.notifications.some(isTold));
    await app.control.collectGarbage();
    await app.control.clickNotification(notifications.find(isTold)!.number);
    await app.until(({ windows }) => windows[0]!.visible);
  },

  "a redirect that leads elsewhere is not followed": async (stage) => {
    const id = await windowId(stage);
    expect(await stage.app.control.redirect(id, "https://example.com/")).toBe(false);
    expect(await stage.app.control.redirect(id, "cellar-window://elsewhere/")).toBe(false);
    expect(await stage.app.control.redirect(id, "cellar-window://app/index.html")).toBe(true);
  },

  "a webview is not attached": async (stage) => {
    expect(await stage.app.control.attachWebview(await windowId(stage), { src: "https://example.com/" })).toBe(false);
  },

  "a second start brings the first window to the front, and ends": async (stage) => {
    const { desktop, app } = stage;
    await app.control.minimizeWindow(await windowId(stage));
    const second = await desktop.start();
    expect(await second.exited).toBe(0);
    const { windows, life } = await app.control.state();
    expect(windows.map(({ visible }) => visible)).toEqual([true]);
    expect(life).toEqual(["second-instance"]);
  },

  "the app is activated into its window": async (stage) => {
    const id = await windowId(stage);
    expect(await stage.app.control.closeWindow(id)).toBe(false);
    expect((await stage.app.control.state()).windows.map(({ visible }) => visible)).toEqual([false]);
    await stage.app.control.activate();
    expect((await stage.app.control.state()).windows.map(({ visible }) => visible)).toEqual([true]);
  },

  "a page that leads elsewhere is not left": async (stage) => {
    const url = "https://example.com/";
    await follow(await page(stage), url);
    const { remote, stayed } = await stage.app.until((state) => [...state.stayed, ...state.remote].includes(url));
    expect({ remote, stayed }).toEqual({ remote: [], stayed: [url] });
    await stage.app.until(({ windows }) => windows[0]!.url === "cellar-window://app/");
  },

  "the app lives in the tray when its last window is lost": async (stage) => {
    await stage.app.control.destroyWindow(await windowId(stage));
    expect((await stage.app.control.state()).life.at(-1)).toBe("window-all-closed");
    await stage.app.control.activate();
    await stage.app.until(({ windows }) => windows.length === 1);
  },

  "the system can end the app, which ends in order first": async (stage) => {
    const { desktop, app, patience } = stage;
    await windowId(stage);
    const wal = join(desktop.home, "cellar.db-wal");
    expect(existsSync(wal)).toBe(true);
    const ended = () => null;
    await app.control.quit().catch(ended);
    expect(await app.control.state().then(({ life }) => life.at(-1) ?? null, ended)).toBeOneOf(["will-quit", null]);
    expect(await within({ patience }, app.exited)).toBe(0);
    // The database was closed, last of all.
    expect(existsSync(wal)).toBe(false);
  },
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

async function within<Value>({ patience }: Pick<Stage, "patience">, coming: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not come within ${patience} ms`)), patience);
  });
  return Promise.race([coming, late]).finally(() => clearTimeout(timer));
}

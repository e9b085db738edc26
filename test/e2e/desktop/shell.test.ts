/** The desktop's shell as a person meets it: window, tray, notifications, dialogs, and how it ends. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import { Desktop } from "#test/product/electron.ts";
import { eventually } from "#test/product/processes.ts";
import { Window } from "../window.ts";

let desktop: Desktop;
beforeEach(async () => {
  desktop = await Desktop.open();
});
afterEach(() => desktop[Symbol.asyncDispose]());

const small = [
  {
    id: 1,
    bounds: { x: 0, y: 0, width: 1000, height: 700 },
    workArea: { x: 0, y: 0, width: 1000, height: 660 },
    scaleFactor: 1,
  },
];

describe("the window", () => {
  test("is brought back when its display is gone", async () => {
    const app = await desktop.start();
    const [window] = (await app.until(({ windows }) => windows.length === 1)).windows;
    await app.page();
    await app.control.setBounds(window!.id, { x: 1200, y: 80, width: 640, height: 500 });
    await app.control.clickTrayMenu("Quit (terminals go on)");
    expect(await app.exited).toBe(0);

    const elsewhere = await desktop.start({ displays: small });
    const [brought] = (await elsewhere.until(({ windows }) => windows.length === 1)).windows;
    expect(brought!.bounds).toEqual({ x: 360, y: 80, width: 640, height: 500 });
  });

  test("is hidden when it is closed, and its terminals go on; the tray shows it again, as it was", async () => {
    const app = await desktop.start();
    const page = await app.page();
    const [window] = (await app.control.state()).windows;
    expect(await app.control.closeWindow(window!.id)).toBe(false);
    await app.until(({ windows }) => windows.length === 1 && !windows[0]!.visible);
    await app.control.clickTray();
    await app.until(({ windows }) => windows[0]!.visible && windows[0]!.focused);
    expect(page.isClosed()).toBe(false);
  });
});

describe("the tray", () => {
  test("says what runs, and its entries do what they say", async () => {
    const app = await desktop.start();
    const page = await app.page();
    await Window.around(page).skipFirstRun();
    await call(desktop, "terminals.create", { cwd: desktop.folder.path });
    const { tray } = await app.until((state) => state.tray[0]?.toolTip === "Cellar: 1 running");
    expect(existsSync(tray[0]!.image)).toBe(true);

    await app.control.clickTrayMenu("New workspace…");
    await page.getByRole("heading", { name: "New workspace" }).waitFor();

    await app.control.clickTrayMenu("Pause notifications for an hour");
    const paused = await eventually(
      () => call(desktop, "settings.get", {}),
      ({ settings }) => settings.notifyPausedUntil !== null,
    );
    expect(Date.parse(paused.settings.notifyPausedUntil!)).toBeGreaterThan(Date.now());
    await app.until((state) => state.tray[0]!.menu.some(({ label }) => label === "Resume notifications"));
    await app.control.clickTrayMenu("Resume notifications");
    await app.until((state) => state.tray[0]!.menu.some(({ label }) => label === "Pause notifications for an hour"));
  });
});

describe("a notification", () => {
  test("comes while the window is hidden, counts on the badge, and its click leads to the terminal", async () => {
    const app = await desktop.start();
    const page = await app.page();
    await Window.around(page).skipFirstRun();
    const [window] = (await app.control.state()).windows;
    await app.control.closeWindow(window!.id);
    const terminal = await call(desktop, "terminals.create", { cwd: desktop.folder.path, name: "told" });
    await call(desktop, "cells.fire", { terminalId: terminal.id, code: "sleep 0.1" });
    // Another one says where the window went.
    const told = ({ title }: { title?: string }) => title?.includes("told") ?? false;
    const { notifications } = await app.until((state) => state.notifications.some(told));
    const notification = notifications.find(told)!;
    expect(notification).toMatchObject({ silent: true });
    expect((await app.until(({ badge }) => badge > 0)).badge).toBe(1);

    await app.control.clickNotification(notification.number);
    await app.until(({ windows }) => windows[0]!.visible);
    await page
      .getByRole("tab", { name: /told/ })
      .or(page.getByRole("treeitem", { name: /told/ }))
      .first()
      .waitFor();
    await app.until(({ badge }) => badge === 0);
  });
});

describe("links", () => {
  test("a link is opened outside, and only one of a kind that cannot do harm", async () => {
    const app = await desktop.start();
    await app.page();
    await call(desktop, "app.openLink", { url: "https://example.com/" });
    for (const url of ["file:///etc/passwd", "javascript:alert(1)", "cellar-window://app/", "smb://host/share"]) {
      await expect(call(desktop, "app.openLink", { url })).rejects.toMatchObject({ code: expect.any(String) });
    }
    expect((await app.control.state()).opened).toEqual(["https://example.com/"]);
  });
});

describe("the keychain", () => {
  test("keeps the vault open over a restart of the app", async () => {
    const app = await desktop.start();
    await app.page();
    const name = { name: "GNOME Keyring", problem: null };
    expect(await call(desktop, "vault.setUp", { passphrase: null })).toMatchObject({
      state: "unlocked",
      keychain: name,
    });
    await call(desktop, "vault.set", { handle: "some_key", value: "the value of some key" });
    await app.control.clickTrayMenu("Quit (terminals go on)");
    await app.exited;
    expect(readFileSync(join(desktop.home, "vault.db")).includes("the value of some key")).toBe(false);
    const again = await desktop.start();
    await again.page();
    expect(await call(desktop, "vault.unlock", { passphrase: null })).toMatchObject({ state: "unlocked", secrets: 1 });
  });

  test("is refused where it only hides what it stores, with the way out", async () => {
    const app = await desktop.start({ keychain: "basic_text" });
    await app.page();
    const { keychain } = await call(desktop, "vault.state", {});
    expect(keychain.problem).toContain("use a passphrase");
    await expect(call(desktop, "vault.setUp", { passphrase: null })).rejects.toMatchObject({ code: "unavailable" });
  });
});

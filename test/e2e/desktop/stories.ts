/**
 * Stories of the shell that need windows, pages, the menu and the system's word, and no more: they run on the double of Electron with every test run,
 * and on Electron itself where it can be had.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandId } from "#shared/commands/catalogue.ts";
import { call } from "#test/product/call.ts";
import type { DrivenApp, DrivenDesktop, WindowFacts } from "#test/product/driven-desktop.ts";
import { eventually, isAlive } from "#test/product/processes.ts";

export function shellStories(open: () => Promise<DrivenDesktop>): void {
  let desktop: DrivenDesktop;
  let app: DrivenApp;

  const settings = (changes: object) =>
    writeFileSync(join(desktop.home, "settings.json"), JSON.stringify({ firstRunDone: true, ...changes }), {
      mode: 0o600,
    });
  const windows = (wanted: (windows: WindowFacts[]) => boolean) => eventually(() => app.windows(), wanted, 20_000);
  const enabled = (wanted: Partial<Record<CommandId, boolean>>) =>
    eventually(
      () => app.menu(),
      (items) => Object.entries(wanted).every(([id, able]) => items.find((each) => each.id === id)?.enabled === able),
      20_000,
    );

  beforeAll(async () => {
    desktop = await open();
    mkdirSync(desktop.home, { recursive: true, mode: 0o700 });
    settings({});
    app = await desktop.start();
    await app.page();
  });
  afterAll(() => desktop?.[Symbol.asyncDispose]());

  describe("the menu", () => {
    test("greys out what cannot be done now, and knows at once when it can: a panel, a terminal, and which window is meant", async () => {
      await enabled({ "app.host": false, "terminal.rename": false, "panel.close": false, "workspace.delete": false });
      await enabled({ "terminal.new": true, "terminal.copy": true, "workspace.new": true, "app.settings": true });
      await app.clickMenu("Settings");
      await enabled({ "panel.close": true, "terminal.rename": false });

      const { id } = await call(desktop, "terminals.create", { cwd: desktop.folder.path });
      await app.openUrl(`cellar://terminal/${id}`);
      await enabled({ "terminal.rename": true, "terminal.kill": true, "terminal.restart": false });

      const [first] = await app.windows();
      await app.clickMenu("New window");
      const [, second] = await windows((all) => all.length === 2 && all[1]!.url !== "");
      await app.page(second!.id);
      await enabled({ "panel.close": false, "terminal.rename": false });
      await app.focusWindow(first!.id);
      await enabled({ "panel.close": true, "terminal.rename": true });
      await app.focusWindow(second!.id);
      await enabled({ "terminal.rename": false });
      await app.closeWindow(second!.id);
      await enabled({ "terminal.rename": true });

      await call(desktop, "terminals.kill", { id, force: true });
      await enabled({ "terminal.rename": true, "terminal.kill": false, "terminal.restart": true });
      await app.clickMenu("Forget the terminal and its output");
      await enabled({ "terminal.restart": false });
    });
  });

  describe("a folder", () => {
    test("is chosen in the system's dialog, or not chosen", async () => {
      await app.answerDialog([desktop.folder.path]);
      expect(await call(desktop, "app.pickFolder", {})).toEqual({ path: desktop.folder.path });
      await app.answerDialog([]);
      expect(await call(desktop, "app.pickFolder", {})).toEqual({ path: null });
    });
  });

  describe("a second start", () => {
    test("ends, and brings the window of the first back that was closed into the tray", async () => {
      const [window] = await app.windows();
      await app.closeWindow(window!.id);
      await windows(([each]) => !each!.visible || each!.minimized);
      const second = await desktop.start();
      expect(await second.exited).toBe(0);
      await windows((all) => all.length === 1 && all[0]!.visible && !all[0]!.minimized);
    });
  });

  describe("an end", () => {
    let heldPid: number;

    test("that the system asks for is asked about as the menu's is, once however often, and can be given up", async () => {
      const { id, pid } = await call(desktop, "terminals.create", { cwd: desktop.folder.path, name: "held" });
      heldPid = pid!;
      await call(desktop, "cells.fire", { terminalId: id, code: "sleep 1000", limitSeconds: 0 });
      for (let click = 0; click < 3; click++) await app.quit();
      const open = await eventually(
        () => app.questions(),
        (questions) => questions.length > 0,
      );
      expect(open.map(({ message }) => message)).toEqual(["Quit Cellar?"]);
      await app.clickButton("Cancel");
      await eventually(
        () => app.questions(),
        (questions) => questions.length === 0,
      );
      expect(await app.windows()).toHaveLength(1);
    });

    test("leaves the window where it was for the next start, and terminals as they are", async () => {
      const bounds = { x: 120, y: 90, width: 900, height: 620 };
      const [window] = await app.windows();
      await app.setBounds(window!.id, bounds);
      await app.clickMenu("Quit Cellar");
      await eventually(
        () => app.questions(),
        (questions) => questions.length === 1,
      );
      await app.clickButton("Quit");
      expect(await app.exited).toBe(0);
      app = await desktop.start();
      await app.page();
      expect((await app.windows()).map((each) => each.bounds)).toEqual([bounds]);
      expect(isAlive(heldPid)).toBe(true);
    });

    test("of the computer, or by a signal, is no question", async () => {
      await app.shutDown();
      expect(await app.exited).toBe(0);
      if (process.platform === "win32") return;
      app = await desktop.start();
      await app.page();
      app.signal("SIGTERM");
      expect(await app.exited).toBe(0);
      expect(isAlive(heldPid)).toBe(true);
    });

    test("is what closing the window means to a person who wants no tray", async () => {
      settings({ closeToTray: false });
      app = await desktop.start();
      await app.page();
      for (const { id, state } of await call(desktop, "terminals.list", {}))
        if (state === "running") await call(desktop, "terminals.kill", { id, force: true });
      const terminal = await call(desktop, "terminals.create", { cwd: desktop.folder.path });
      const [window] = await app.windows();
      await app.closeWindow(window!.id);
      expect(await app.exited).toBe(0);
      expect(isAlive(terminal.pid!)).toBe(true);
    });
  });
}

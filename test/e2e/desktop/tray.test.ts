/** Life in the tray: what it says, where it leads, what notifications do without a window, and how the app ends. One app for all of it, in this order. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Terminal } from "#shared/contract/terminals.ts";
import { call } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually, isAlive } from "#test/product/processes.ts";

const pictures = resolve(import.meta.dirname, "../../../test-results/screenshots");
const settings = (desktop: Desktop, changes: object) => {
  mkdirSync(desktop.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(desktop.home, "settings.json"), JSON.stringify(changes), { mode: 0o600 });
};

let desktop: Desktop;
let app: DesktopApp;
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  desktop = await Desktop.open();
  settings(desktop, { firstRunDone: true });
  app = await desktop.start();
  await app.page();
});
afterAll(() => desktop[Symbol.asyncDispose]());

type State = Awaited<ReturnType<DesktopApp["control"]["state"]>>;
const image = ({ tray }: State) => basename(tray[0]!.image);
const menu = ({ tray }: State) => tray[0]!.menu.filter(({ type }) => type !== "separator").map(({ label }) => label);
const terminal = (name: string, command?: string): Promise<Terminal> =>
  call(desktop, "terminals.create", { cwd: desktop.folder.path, name, ...(command && { command }) });
const hide = async () => {
  for (const { id } of (await app.control.state()).windows) await app.control.closeWindow(id);
};
const clear = async () => {
  await call(desktop, "notifications.clear", {});
  await app.until(({ notifications, tray }) => notifications.length === 0 && tray[0]!.toolTip.includes("running"));
};

describe("closing the window", () => {
  test("leaves it in the tray, and says once where it went", async () => {
    await hide();
    const { notifications, windows } = await app.until(({ notifications }) => notifications.length === 1);
    expect(windows.map(({ visible, minimized }) => [visible, minimized])).toEqual([[false, false]]);
    expect(notifications[0]).toMatchObject({ title: "Cellar goes on in the tray", silent: true });
    await app.control.clickNotification(notifications[0]!.number);
    await app.until(({ windows: [window] }) => window!.visible);
    await app.control.closeNotification(notifications[0]!.number);
    await hide();
    expect((await app.until(({ windows: [window] }) => !window!.visible)).notifications).toEqual([]);
  });
});

describe("the tray", () => {
  test("shows what runs and what went wrong by its image, its words and its menu, in the colours of the desktop", async () => {
    expect(image(await app.until(({ tray }) => tray[0]!.toolTip === "Cellar: nothing runs"))).toBe("idle-light.png");
    await terminal("watched", "sleep 1000");
    const running = await app.until((state) => menu(state).includes("● watched: Running"));
    expect(image(running)).toBe("running-light.png");
    expect(existsSync(running.tray[0]!.image)).toBe(true);

    await app.control.setDarkColours(false);
    expect(image(await app.control.state())).toBe("running-grey.png");
    await app.control.setDarkColours(true);

    await terminal("broken", "exit 3");
    const failed = await app.until((state) => image(state) === "failed-light.png");
    expect(failed.tray[0]!.toolTip).toBe("Cellar: 1 running · 1 needs you · 1 failed · 1 new");
    expect(menu(failed).slice(0, 6)).toEqual([
      "1 running · 1 needs you · 1 failed · 1 new",
      "Show Cellar",
      "Needs you",
      "✕ broken: Failed",
      "Running",
      "● watched: Running",
    ]);
  });

  test("leads to the terminal that was clicked, which is then seen", async () => {
    await app.control.clickTrayMenu("✕ broken: Failed");
    const { windows } = await app.until(({ windows: [window] }) => window!.visible);
    const page = await app.page(windows[0]!.id);
    await page.getByRole("tab", { name: /broken/ }).waitFor();
    await app.until((state) => image(state) === "running-light.png");
  });

  test("begins a terminal, and a task", async () => {
    const page = await app.page();
    const before = (await call(desktop, "terminals.list", {})).length;
    await app.control.clickTrayMenu("New terminal");
    await eventually(
      () => call(desktop, "terminals.list", {}),
      (list) => list.length === before + 1,
    );
    await app.control.clickTrayMenu("Run a task…");
    await page.getByRole("tab", { name: /Launch/ }).waitFor();
  });

  test("is left alone while nothing changes that it shows", async () => {
    const busy = await terminal("busy", "while :; do echo line; sleep 0.01; done");
    await app.until((state) => menu(state).includes("● busy: Running"));
    const before = (await app.control.state()).tray[0]!.changes;
    const { linesOut } = await call(desktop, "terminals.get", { id: busy.id });
    await eventually(
      () => call(desktop, "terminals.get", { id: busy.id }),
      (now) => now.linesOut > linesOut + 100,
    );
    expect((await app.control.state()).tray[0]!.changes).toEqual(before);
    await call(desktop, "terminals.kill", { id: busy.id });
    await app.until((state) => !menu(state).includes("● busy: Running"));
  });
});

describe("a notification", () => {
  test("leads to its terminal although there is no window any more: one is made, and goes there", async () => {
    const told = await terminal("told");
    for (const { id } of (await app.control.state()).windows) await app.control.destroyWindow(id);
    await app.until(({ windows }) => windows.length === 0);
    await clear();
    await call(desktop, "cells.fire", { terminalId: told.id, code: "true" });
    const { notifications } = await app.until((state) => state.notifications.length === 1);
    await app.control.clickNotification(notifications[0]!.number);
    const { windows } = await app.until((state) => state.windows.length === 1 && state.windows[0]!.visible);
    const page = await app.page(windows[0]!.id);
    await page.getByRole("tab", { name: /told/ }).waitFor();
    await app.until((state) => state.badge === 0 && state.notifications.length === 0);
  });

  test("is answered by its own button, with no window shown, and is gone then", async () => {
    await hide();
    const held = await terminal("held");
    const cell = await call(desktop, "cells.fire", { terminalId: held.id, code: "sleep 1000", limitSeconds: 1 });
    const asking = await app.until(({ notifications }) => notifications.some(({ actions }) => actions!.length > 0));
    expect(image(await app.until((state) => image(state) === "needs-light.png"))).toBe("needs-light.png");
    const [note] = asking.notifications.filter(({ actions }) => actions!.length > 0);
    expect(note).toMatchObject({ actions: [{ type: "button", text: "Interrupt" }], silent: true });
    await app.control.actOnNotification(note!.number, "Interrupt");
    await eventually(
      () => call(desktop, "cells.get", { id: cell.id }),
      ({ state, error }) => state === "error" && error === "interrupted",
    );
    const after = await app.until(({ notifications }) => notifications.every(({ actions }) => actions!.length === 0));
    expect(after.windows.some(({ visible }) => visible)).toBe(false);
  });

  test("offers the same in the window's list", async () => {
    const stuck = await terminal("stuck");
    const cell = await call(desktop, "cells.fire", { terminalId: stuck.id, code: "sleep 1000", limitSeconds: 1 });
    await app.until(({ notifications }) => notifications.some(({ actions }) => actions!.length > 0));
    await app.control.clickTrayMenu("Notifications…");
    const page = await app.page();
    const list = page.getByRole("list", { name: "Waiting for your answer" });
    await list.getByText(/still holds stuck/).waitFor();
    await page.screenshot({ path: join(pictures, "desktop-notifications.png"), animations: "disabled" });
    await list.getByRole("button", { name: /^Interrupt/ }).click();
    await eventually(
      () => call(desktop, "cells.get", { id: cell.id }),
      ({ state }) => state === "error",
    );
    await list.waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
  });

  test("stands for several of its kind that come together, and leads to all of them", async () => {
    const three = await Promise.all(["one", "two", "three"].map((name) => terminal(name)));
    await hide();
    await clear();
    for (const { id } of three)
      await call(desktop, "cells.notify", { terminalId: id, from: "script", message: "look" });
    const { notifications } = await app.until((state) =>
      state.notifications.some(({ title }) => title === "◐ 3 messages from scripts"),
    );
    expect(notifications.map(({ title, body }) => [title, body])).toEqual([
      ["◐ 3 messages from scripts", "three, two, one"],
    ]);
    await app.control.clickNotification(notifications[0]!.number);
    await app.until(({ windows: [window] }) => window!.visible);
    const page = await app.page();
    await page.getByRole("list", { name: "Notifications, newest first" }).waitFor();
    await page.keyboard.press("Escape");
  });
});

describe("the task bar", () => {
  test("shows how far a job is, and nothing when it is over", async () => {
    const source = desktop.folder.in("many");
    mkdirSync(source);
    for (let n = 0; n < 300; n++) writeFileSync(join(source, `file-${n}`), "text");
    await call(desktop, "workspaces.create", { source, mode: "copy", name: "many" });
    const { windows } = await app.until(({ windows: [window] }) => {
      const parts = window!.progress.filter((part) => part >= 0);
      return parts.length > 0 && window!.progress.at(-1) === -1;
    });
    for (const part of windows[0]!.progress) expect(part).toSatisfy((value: number) => value <= 1 || value === 2);
  });
});

describe("quitting", () => {
  test("says what it would hold up and what goes on, and can be given up", async () => {
    const last = await terminal("last");
    await call(desktop, "cells.fire", { terminalId: last.id, code: "sleep 1000", limitSeconds: 0 });
    await app.until((state) => menu(state).includes("● last: Working"));
    await app.control.clickTrayMenu("Quit (terminals go on)");
    const { boxes } = await app.until((state) => state.boxes.length === 1);
    expect(boxes[0]).toMatchObject({
      message: "Quit Cellar?",
      buttons: ["Quit", "Quit and end everything…", "Cancel"],
    });
    expect(boxes[0]!.detail).toContain("Go on, and you are not told when they end: cells in last.");
    expect(boxes[0]!.detail).toMatch(/Goes on: \d+ terminals \(.*watched/);
    await app.control.clickButton("Cancel");
    await app.until(({ questions }) => questions.length === 0);
    expect(app.process.exitCode).toBeNull();
  });

  test("ends everything when it was named and confirmed", async () => {
    const alive = (await call(desktop, "terminals.list", {})).filter(({ state }) => state === "running");
    const pids = alive.map(({ pid }) => pid!);
    expect(pids.length).toBeGreaterThan(3);
    await app.control.answerBox("Quit and end everything…");
    await app.control.answerBox("End everything");
    await app.control.clickTrayMenu("Quit (terminals go on)");
    expect(await app.exited).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe("a desktop without a tray", () => {
  test("keeps the window within reach: it is minimised, and says so", async () => {
    const tools = desktop.folder.in("tools");
    mkdirSync(tools);
    writeFileSync(join(tools, "gdbus"), "#!/bin/sh\necho '(false,)'\n", { mode: 0o755 });
    settings(desktop, { firstRunDone: true });
    const bare = await desktop.start({}, [], { PATH: `${tools}:${process.env["PATH"]}` });
    await bare.page();
    const [window] = (await bare.control.state()).windows;
    expect(await bare.control.closeWindow(window!.id)).toBe(false);
    const { notifications } = await bare.until(
      ({ windows: [one], notifications: notes }) => one!.minimized && notes.length === 1,
    );
    expect(notifications[0]!.title).toBe("Cellar stays minimised");
    await bare.control.clickTrayMenu("Quit (terminals go on)");
    expect(await bare.exited).toBe(0);
  });
});

/** The app's life as the system has it: it sleeps and wakes, locks the screen, ends, and starts on a home that does not work. One browser for all. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually, isAlive } from "#test/product/processes.ts";
import { installSmolvm } from "#test/product/smolvm.ts";
import { missing } from "#test/requirements.ts";

let desktop: Desktop;
let app: DesktopApp;
beforeAll(async () => {
  desktop = await Desktop.open();
  mkdirSync(desktop.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(desktop.home, "settings.json"), JSON.stringify({ firstRunDone: true }), { mode: 0o600 });
});
afterAll(() => desktop?.[Symbol.asyncDispose]());

const recovery = async () => {
  const isRecovery = ({ url }: { url: string }) => url === "cellar-window://recovery/";
  const { windows } = await app.until((state) => state.windows.some(isRecovery));
  return app.anyPage(windows.find(isRecovery)!.id);
};
const stops = () => readFileSync(join(desktop.home, "logs", "main.log"), "utf8").split("services stopped").length - 1;

describe("a window whose page stays empty", () => {
  test("is given its time, once more after a sleep, and then up: the recovery window", async () => {
    app = await desktop.start({ starts: ["hang"], heldTimersMs: 10_000 });
    await app.until(({ windows }) => windows.length === 1);
    await app.control.pass(19_000);
    await app.control.power("resume");
    await app.control.pass(19_999);
    expect((await app.control.state()).windows).toHaveLength(1);
    await app.control.pass(1);
    const page = await recovery();
    await page.getByRole("heading", { name: "window does not come up" }).waitFor();
    await page.getByText("It was not ready after 20 seconds.").waitFor();
    await page.getByRole("link", { name: /^Try again/ }).click();
    await app.page();
    await app.until(({ windows }) => windows.length === 1 && windows[0]!.visible);
    // Nothing is waited for any more, and a wake does not begin to.
    await app.control.power("resume");
    await app.control.pass(60_000);
    expect((await app.control.state()).windows).toHaveLength(1);
  });
});

describe("the screen's lock", () => {
  test("locks the vault only where the person wants it", async () => {
    await call(desktop, "vault.setUp", { passphrase: null });
    await app.control.power("lock-screen");
    expect(await call(desktop, "vault.state", {})).toMatchObject({ state: "unlocked" });
    await call(desktop, "settings.change", { vaultLockWithScreen: true });
    await app.control.power("lock-screen");
    expect(await call(desktop, "vault.state", {})).toMatchObject({ state: "locked", lockedBecause: "screen" });
  });
});

describe("the end of the session (Windows)", () => {
  test("ends it in order without a question; terminals go on", async () => {
    const { id, pid } = await call(desktop, "terminals.create", { cwd: desktop.folder.path, name: "held" });
    await call(desktop, "cells.fire", { terminalId: id, code: "sleep 1000", limitSeconds: 0 });
    await app.until(({ tray }) => tray[0]!.menu.some(({ label }) => label === "● held: Working"));
    const before = stops();
    await app.control.endSession();
    expect(await app.exited).toBe(0);
    expect(stops()).toBe(before + 1);
    expect(isAlive(pid!)).toBe(true);
  });
});

describe.skipIf(missing("bwrap", "root", "setpriv", "tar"))("a wake", () => {
  test("asks at once for a bottle that could not be asked about", async () => {
    const smolvm = installSmolvm(desktop.folder);
    writeFileSync(desktop.folder.in(".profile"), `PATH='${smolvm.path}':$PATH; export PATH\n`);
    const environment = { SHELL: "/bin/sh" };
    app = await desktop.start({}, [], environment);
    await app.page();
    const source = desktop.folder.in("work");
    mkdirSync(source);
    const { id: workspaceId } = await call(desktop, "workspaces.create", { source, mode: "in-place", name: "work" });
    await eventually(
      () => call(desktop, "workspaces.get", { id: workspaceId }),
      ({ state }) => state === "ready",
    );
    const plan = await call(desktop, "bottles.prepare", { workspaceId, programId: "shell", backend: "smolmachines" });
    const { bottle } = await call(desktop, "bottles.launch", { planId: plan.id });
    const becomes = (wanted: string) =>
      eventually(
        async () => {
          const event = await first(desktop, "bottles.watch", {});
          return event.type === "all" ? event.items.find(({ id }) => id === bottle.id)?.state : null;
        },
        (state) => state === wanted,
      );
    await becomes("running");
    await app.crash();
    writeFileSync(join(smolvm.state, "broken"), "");
    // It is not asked again by itself: that is a timer, and none passes.
    app = await desktop.start({ heldTimersMs: 1_000 }, [], environment);
    await app.page();
    await becomes("unknown");
    rmSync(join(smolvm.state, "broken"));
    await app.control.power("resume");
    await becomes("running");
    await app.crash();
  });
});

describe("a home on which nothing can be started", () => {
  const database = () => join(desktop.home, "cellar.db");
  const aside = () => join(desktop.folder.path, "aside");
  beforeAll(() => {
    mkdirSync(aside());
    for (const ending of ["", "-wal", "-shm", ".backup"]) {
      try {
        renameSync(database() + ending, join(aside(), `cellar.db${ending}`));
      } catch {}
    }
    mkdirSync(database());
  });

  test("leads to the recovery window with the reason, the logs, and a way out", async () => {
    app = await desktop.start();
    const page = await recovery();
    await page.getByRole("heading", { name: "Cellar could not be started" }).waitFor();
    await page.getByRole("status").getByText("cellar.db").waitFor();
    await page.getByRole("link", { name: /^Show the logs/ }).click();
    const log = join(desktop.home, "logs", "main.log");
    await app.until(({ revealed }) => revealed.includes(log));
    // What the page says is written there is.
    expect(readFileSync(log, "utf8").trimEnd().split("\n").at(-1)).toMatch(/cellar\.db.*services could not be started/);
    await page.getByRole("link", { name: /^Quit/ }).click();
    expect(await app.exited).toBe(1);
    expect(app.errors).not.toContain("relaunch");
  });

  test("is left by closing that window", async () => {
    app = await desktop.start();
    await recovery();
    const [only] = (await app.control.state()).windows;
    // The answer may be lost with the app.
    await app.control.closeWindow(only!.id).catch(() => {});
    expect(await app.exited).toBe(1);
  });

  test("begins anew with what is chosen: without the person's extensions, or as at first", async () => {
    const arranged = ["layout.json", "windows.json"].map((name) => join(desktop.home, name));
    for (const path of arranged) writeFileSync(path, "{}");
    for (const [choice, flag] of [
      [/^Start without your own extensions/, true],
      [/^Reset the layout/, false],
    ] as const) {
      app = await desktop.start();
      await (await recovery()).getByRole("link", { name: choice }).click();
      expect(await app.exited).toBe(1);
      const [, args = "[]"] = /relaunch: (.*)/.exec(app.errors) ?? [];
      expect((JSON.parse(args) as string[]).includes("--without-extensions")).toBe(flag);
    }
    expect(arranged.filter((path) => existsSync(path))).toEqual([]);
    rmSync(database(), { recursive: true });
    app = await desktop.start();
    await app.page();
  });
});

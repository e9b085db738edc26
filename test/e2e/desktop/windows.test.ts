/** Windows as a person has them: several at once, a workspace in its own, on displays that come and go, and when their pages hang or end. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DisplayFacts } from "#test/doubles/electron/settings.ts";
import { call, first } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually, isAlive } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { Window } from "../window.ts";

const display = (id: number, x: number, width = 1920, height = 1080, scaleFactor = 1): DisplayFacts => ({
  id,
  bounds: { x, y: 0, width, height },
  workArea: { x, y: 0, width, height: height - 40 },
  scaleFactor,
});
const laptop = display(1, 0);
const beside = display(2, 1920);

type Handles = Awaited<ReturnType<DesktopApp["control"]["handles"]>>;

/** What may not grow with windows that have come and gone. */
function counts({ heapUsed: _, resources: __, listeners, ...held }: Handles): Record<string, number> {
  return { ...held, ...listeners };
}

function grown(before: Record<string, number>, now: Record<string, number>): string[] {
  const more = Object.entries(now).filter(([name, count]) => count > before[name]!);
  return more.map(([name, count]) => `${name}: ${before[name]} before, ${count} now`);
}

describe("windows", () => {
  let desktop: Desktop;
  let app: DesktopApp;
  let page: Page;
  let workspaceId: string;

  const windows = async () => (await app.control.state()).windows;
  const windowAt = async (ending: string) => {
    const state = await app.until((now) => now.windows.some(({ url }) => url.endsWith(ending)));
    return state.windows.find(({ url }) => url.endsWith(ending))!;
  };
  const mainWindow = () => windowAt("://app/");
  const palette = async (on: Page, title: string) => {
    await on
      .getByRole("button", { name: /^Search or run a command/ })
      .first()
      .click();
    await on.getByRole("combobox").fill(title);
    await on.getByRole("option", { name: title }).first().click();
  };
  /** How often a window has come up; main knows of it a moment after a person sees it. */
  const cameUp = () =>
    readFileSync(join(desktop.home, "logs", "main.log"), "utf8").split("a window can be used").length - 1;
  const comesUp = async (act: () => Promise<unknown>) => {
    const before = cameUp();
    await act();
    await eventually(
      async () => cameUp(),
      (count) => count > before,
    );
  };
  const closeOthers = async () => {
    for (const { id, url } of await windows()) if (!url.endsWith("://app/")) await app.control.closeWindow(id);
    await app.until((state) => state.windows.length === 1);
  };

  beforeAll(async () => {
    desktop = await Desktop.open();
    app = await desktop.start({ displays: [laptop, beside] });
    page = await app.page();
    await Window.around(page).skipFirstRun();
    for (const name of ["alpha", "beta"]) {
      const path = desktop.folder.in(name);
      mkdirSync(path);
      await call(desktop, "workspaces.create", { mode: "in-place", source: path, name });
    }
    const list = await eventually(
      () => first(desktop, "workspaces.watch", {}),
      (event) => event.type === "all" && event.items.filter(({ state }) => state === "ready").length === 2,
    );
    workspaceId = list.type === "all" ? list.items.find(({ name }) => name === "alpha")!.id : "";
    await call(desktop, "terminals.create", { owner: { workspaceId }, name: "inside" });
    await call(desktop, "terminals.create", { name: "outside" });
  });
  afterAll(() => desktop?.[Symbol.asyncDispose]());

  test("a further one comes by the menu, by the palette and by a second start that asks for it, each with its own layout", async () => {
    await app.control.clickMenu("New window");
    await app.until((state) => state.windows.length === 2);
    await palette(page, "New window");
    await app.until((state) => state.windows.length === 3);
    const second = await desktop.start({}, ["--new-window"]);
    expect(await second.exited).toBe(0);
    const state = await app.until(({ windows }) => windows.length === 4 && windows.every(({ url }) => url !== ""));
    expect(new Set(state.windows.map(({ url }) => url)).size).toBe(4);

    const further = await app.page(state.windows.at(-1)!.id);
    await further.getByRole("treeitem", { name: "beta" }).click();
    await further.getByRole("tab", { name: "Workspace beta" }).waitFor();
    expect(await page.getByRole("tab").count()).toBe(0);
    await app.until(({ windows }) => windows.at(-1)!.title === "beta — Cellar" && windows[0]!.title === "Cellar");
  });

  test("what is asked for from outside is shown by the one last used, and by no other", async () => {
    // Neither the first nor the last that was opened: the one last used.
    const [one, further, , last] = await windows();
    await app.control.focusWindow(further!.id);
    await app.control.clickTrayMenu("New workspace…");
    const asked = (on: Page) => on.getByRole("heading", { name: "New workspace" });
    await asked(await app.page(further!.id)).waitFor();
    for (const { id } of [one!, last!]) expect(await asked(await app.page(id)).count()).toBe(0);
  });

  test("all but one are closed, and the last is kept by the tray", async () => {
    for (const { id } of (await windows()).slice(1)) expect(await app.control.closeWindow(id)).toBe(true);
    const [last] = (await app.until((state) => state.windows.length === 1)).windows;
    expect(await app.control.closeWindow(last!.id)).toBe(false);
    await app.until((state) => !state.windows[0]!.visible);
    await app.control.clickTray();
    await app.until((state) => state.windows[0]!.visible);
  });

  test("a workspace has its own: only its tree and its panels, titled by it; twice is once", async () => {
    await page.getByRole("treeitem", { name: "alpha" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Open in its own window" }).click();
    const own = await windowAt(`?workspace=${workspaceId}`);
    const alone = await app.page(own.id);
    await alone.getByRole("tab", { name: "Workspace alpha" }).waitFor();
    // Its own row and its one terminal.
    await eventually(
      () => alone.getByRole("treeitem").count(),
      (count) => count === 2,
    );
    expect(await alone.getByRole("treeitem", { name: "beta" }).count()).toBe(0);
    await app.until((state) => state.windows.some(({ title }) => title === "alpha — Cellar"));

    const main = await mainWindow();
    await app.control.focusWindow(main.id);
    await page.getByRole("treeitem", { name: "alpha" }).click();
    await palette(page, "Open alpha in its own window");
    const state = await app.until(({ windows }) => windows.find(({ id }) => id === own.id)?.focused === true);
    expect(state.windows).toHaveLength(2);
  });

  test("what is dropped on it is copied into the workspace, or offered as another one where all are shown; its jobs are its own", async () => {
    const own = await windowAt(`?workspace=${workspaceId}`);
    const alone = await app.page(own.id);
    const notes = desktop.folder.in("notes");
    mkdirSync(notes);
    await app.knowFiles(notes);
    const { width, height } =
      alone.viewportSize() ?? (await alone.evaluate(() => ({ width: innerWidth, height: innerHeight })));
    await app.control.focusWindow(own.id);
    for (const each of [alone, page]) await each.getByRole("button", { name: "No jobs" }).click();
    await Window.around(alone).dropFolder(notes, { x: width / 4, y: height / 2 });
    await alone.getByRole("button", { name: "Copy notes into alpha", exact: true }).waitFor();
    await eventually(
      async () => existsSync(desktop.folder.in("alpha/notes")),
      (there) => there,
    );
    expect(await alone.getByRole("heading", { name: "New workspace" }).count()).toBe(0);
    // Nothing that is there is written over.
    await Window.around(alone).dropFolder(notes, { x: width / 4, y: height / 2 });
    await alone.getByText("There is something called notes in alpha already").first().waitFor();

    const main = await mainWindow();
    await Window.around(alone).dropFolder(notes, { x: (width * 3) / 4, y: height / 2 });
    await app.until(({ windows }) => windows.find(({ id }) => id === main.id)?.focused === true);
    const form = page.getByRole("combobox", { name: "Folder or git URL" });
    await eventually(
      () => form.inputValue(),
      (text) => text === notes,
    );
    await page.getByRole("button", { name: /^Create/ }).click();
    await page.getByRole("treeitem", { name: "notes" }).waitFor();
    expect(await alone.getByRole("treeitem", { name: "notes" }).count()).toBe(0);

    const all = await first(desktop, "workspaces.watch", {});
    const { id } = (all.type === "all" ? all.items : []).find(({ name }) => name === "beta")!;
    await call(desktop, "workspaces.copyIn", { id, from: notes });
    await page.getByRole("button", { name: "Copy notes into beta", exact: true }).waitFor();
    expect(await alone.getByRole("button", { name: /beta$/ }).count()).toBe(0);
    await alone.getByRole("button", { name: "Copy notes into alpha", exact: true }).waitFor();
  });

  test("the tray leads to what runs in it there, and to anything else where all are shown", async () => {
    const main = await mainWindow();
    const own = await windowAt(`?workspace=${workspaceId}`);
    for (const [name, { id: leadsTo }] of [
      ["outside", main],
      ["inside", own],
    ] as const) {
      const { tray } = await app.until(({ tray: [one] }) => one!.menu.some(({ label }) => label.includes(name)));
      await app.control.clickTrayMenu(tray[0]!.menu.find(({ label }) => label.includes(name))!.label);
      await app.until(({ windows }) => windows.find(({ id }) => id === leadsTo)?.focused === true);
      await (await app.page(leadsTo)).getByRole("tab", { name }).waitFor();
    }
  });

  test("a workspace that there is not has none", async () => {
    await expect(call(desktop, "app.newWindow", { workspaceId: "ws-00000000" })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("each has its own zoom, by menu, keys, palette and wheel", async () => {
    const own = await windowAt(`?workspace=${workspaceId}`);
    const alone = await app.page(own.id);
    await app.control.focusWindow(own.id);
    const zoomOf = async (wanted: number) =>
      app.until(({ windows }) => Math.abs(windows.find(({ id }) => id === own.id)!.zoom - wanted) < 0.001);
    await app.control.clickMenu("Zoom in");
    await zoomOf(1.1);
    await app.control.wheelZoom(own.id, "in");
    await zoomOf(1.25);
    await alone.getByRole("tree").focus();
    await alone.keyboard.press("Control+=");
    await zoomOf(1.5);
    await palette(alone, "Zoom out");
    const state = await zoomOf(1.25);
    expect(state.windows.find(({ url }) => url.endsWith("://app/"))!.zoom).toBe(1);
    const width = own.bounds.width;
    await alone.waitForFunction((most) => window.innerWidth < most, width);
  });

  test("its keys are the terminal's where a terminal has the keyboard", async () => {
    const own = await windowAt(`?workspace=${workspaceId}`);
    const alone = await app.page(own.id);
    await alone.getByRole("treeitem").nth(1).click();
    await (await Window.around(alone).terminalInFront()).focus();
    const columns = async () => {
      const list = await first(desktop, "terminals.watch", {});
      return list.type === "all"
        ? list.items.find(({ owner }) => owner.workspaceId === workspaceId)?.size.cols
        : undefined;
    };
    // It was there while the window zoomed: first it has to be as wide as its place again.
    const fitting = () =>
      alone.evaluate(() => {
        const [place, screen, input] = [".xterm", ".xterm-screen", ".xterm-helper-textarea"].map(
          (part) => document.querySelector<HTMLElement>(part)!,
        );
        const cell = Number.parseFloat(input!.style.width);
        const { width } = screen!.getBoundingClientRect();
        return place!.clientWidth - width < 5 * cell ? Math.round(width / cell) : null;
      });
    const [before] = await eventually(
      async () => [await columns(), await fitting()] as const,
      ([now, fits]) => now === fits,
    );
    await alone.keyboard.press("Control+=");
    await eventually(columns, (now) => now !== undefined && now < before!);
    expect((await windowAt(`?workspace=${workspaceId}`)).zoom).toBe(1.25);
    await alone.keyboard.press("Control+0");
  });

  test("are where they were after a restart: which are open, place, shape, zoom and layout", async () => {
    const own = await windowAt(`?workspace=${workspaceId}`);
    const main = await mainWindow();
    await app.control.setBounds(main.id, { x: 2000, y: 40, width: 1200, height: 800 });
    await app.control.setBounds(own.id, { x: 100, y: 60, width: 900, height: 700 });
    await app.control.maximizeWindow(own.id);
    await app.control.clickMenu("New window");
    const { windows: three } = await app.until((state) => state.windows.length === 3);
    await app.control.setBounds(three[2]!.id, { x: 300, y: 50, width: 1000, height: 700 });
    await app.control.fullScreenWindow(three[2]!.id);
    await app.control.focusWindow(main.id);
    await app.control.clickTrayMenu("Quit (terminals go on)");
    expect(await app.exited).toBe(0);

    app = await desktop.start({ displays: [beside, laptop] });
    const again = await windowAt(`?workspace=${workspaceId}`);
    expect(again).toMatchObject({ bounds: { x: 100, y: 60, width: 900, height: 700 }, maximized: true });
    const alone = await app.page(again.id);
    await alone.getByRole("tab", { name: "Workspace alpha" }).waitFor();
    const state = await app.until(
      ({ windows }) => windows.some(({ zoom }) => zoom === 1.25) && windows.every(({ url }) => url !== ""),
    );
    expect(state.windows.find(({ url }) => url.endsWith("://app/"))).toMatchObject({
      bounds: { x: 2000, y: 40, width: 1200, height: 800 },
      focused: true,
    });
    expect(state.windows.find(({ fullScreen }) => fullScreen)).toMatchObject({
      url: expect.stringContaining("?window="),
      bounds: { x: 300, y: 50, width: 1000, height: 700 },
    });
    page = await app.page((await mainWindow()).id);
  });

  test("come back when a display goes, and return to it when it is there again", async () => {
    const { id } = await mainWindow();
    const boundsOf = (wanted: object) =>
      app.until(({ windows }) => {
        const { x, y, width, height } = windows.find((each) => each.id === id)!.bounds;
        return JSON.stringify({ x, y, width, height }) === JSON.stringify(wanted);
      });
    await app.control.setDisplays([laptop]);
    await boundsOf({ x: 720, y: 40, width: 1200, height: 800 });
    await app.control.setDisplays([laptop, beside]);
    await boundsOf({ x: 2000, y: 40, width: 1200, height: 800 });
    // The same display at twice the scale has half the pixels.
    await app.control.setDisplays([display(1, 0, 960, 540, 2)]);
    await boundsOf({ x: 0, y: 0, width: 960, height: 500 });
    await app.control.setDisplays([laptop, beside]);
    await boundsOf({ x: 2000, y: 40, width: 1200, height: 800 });
  });

  test("one that hangs is offered a reload, and terminals do not notice", async () => {
    await closeOthers();
    const { id } = await mainWindow();
    page = await app.page(id);
    const terminal = await call(desktop, "terminals.create", { name: "steady" });
    await app.control.hangRenderer(id);
    await app.until(({ questions }) => questions.length === 1);
    // A second sign of the same is no second question.
    await app.control.hangRenderer(id);
    expect((await app.control.state()).questions).toMatchObject([{ buttons: ["Reload", "Wait", "Close"] }]);
    await app.control.clickButton("Wait");
    await app.control.hangRenderer(id);
    await app.until(({ questions }) => questions.length === 1);
    // It answers again by itself: there is nothing to ask any more.
    await app.control.renderersAnswer(id);
    await app.until(({ questions }) => questions.length === 0);
    expect(page.isClosed()).toBe(false);

    await app.control.hangRenderer(id);
    await app.until(({ questions }) => questions.length === 1);
    await comesUp(() => app.control.clickButton("Reload"));
    await eventually(
      async () => page.isClosed(),
      (closed) => closed,
    );
    page = await app.page(id);
    await page.getByRole("treeitem", { name: "steady" }).waitFor();
    expect(isAlive(terminal.pid!)).toBe(true);
    expect((await app.control.state()).questions).toEqual([]);
  });

  test("one whose page crashes is offered a reload, and after several in a row the recovery window", async () => {
    const { id } = await mainWindow();
    for (let n = 0; n < 2; n++) {
      await app.control.crashRenderer(id);
      await app.until(({ questions }) => questions.some(({ buttons }) => buttons.join() === "Reload,Close"));
      await comesUp(() => app.control.clickButton("Reload"));
    }
    await (await app.page(id)).getByRole("treeitem", { name: "steady" }).waitFor();
    await app.control.crashRenderer(id);
    const recovery = await windowAt("://recovery/");
    expect((await app.control.state()).questions).toEqual([]);
    await app.until(({ windows }) => windows.find((each) => each.id === id)?.visible === false);
    await (await app.anyPage(recovery.id)).getByRole("link", { name: /^Try again/ }).click();
    await app.until(({ windows }) => windows.length === 1 && windows[0]!.visible);
    page = await app.page(id);
  });

  test("one that is closed from the question is gone, and the tray has another", async () => {
    const { id } = await mainWindow();
    await app.control.hangRenderer(id);
    await app.until(({ questions }) => questions.length === 1);
    await app.control.clickButton("Close");
    await app.until(({ windows }) => windows.length === 0);
    await app.control.clickTray();
    page = await app.page((await mainWindow()).id);
  });

  test("many that come and go leave nothing behind in main", async () => {
    const openAndClose = async () => {
      await app.control.clickMenu("New window");
      const { windows } = await app.until((state) => state.windows.length === 2 && state.windows[1]!.url !== "");
      await (await app.page(windows[1]!.id)).getByRole("treeitem", { name: "alpha" }).waitFor();
      await app.control.closeWindow(windows[1]!.id);
      await app.until((state) => state.windows.length === 1);
    };
    // Each look walks all of main's memory several times, which takes seconds where the computer is busy.
    const lookPatienceMs = 60_000;
    // What is made once and kept is there after the first; the window that stays has all that it asks for.
    await page.getByRole("treeitem", { name: "alpha" }).waitFor();
    await openAndClose();
    const settled = () =>
      eventually(
        async () => [await app.control.handles(), await app.control.handles()] as const,
        ([one, other]) => one.subscriptions === other.subscriptions && one.ports === other.ports,
        lookPatienceMs,
      );
    const [before] = await settled();
    for (let n = 0; n < 3; n++) await openAndClose();
    await eventually(
      async () => grown(counts(before), counts(await app.control.handles())),
      (more) => more.length === 0,
      lookPatienceMs,
    );
  });

  test("that are open when the app ends do not keep it", async () => {
    for (let n = 0; n < 3; n++) await app.control.clickMenu("New window");
    await app.until((state) => state.windows.length === 4);
    await app.control.clickTrayMenu("Quit (terminals go on)");
    expect(await app.exited).toBe(0);
  });
});

describe("a window that does not come up", () => {
  let desktop: Desktop;
  let app: DesktopApp;
  beforeAll(async () => {
    desktop = await Desktop.open();
  });
  afterAll(() => desktop?.[Symbol.asyncDispose]());

  const recovery = async () => {
    const { windows } = await app.until((state) =>
      state.windows.some(({ url }) => url === "cellar-window://recovery/"),
    );
    return app.anyPage(windows.find(({ url }) => url === "cellar-window://recovery/")!.id);
  };
  const choose = async (name: RegExp) => (await recovery()).getByRole("link", { name }).click();

  test("is loaded again once by itself", async () => {
    app = await desktop.start({ starts: ["crash"] });
    await Window.around(await app.page()).skipFirstRun();
    expect((await app.control.state()).windows).toHaveLength(1);
    await app.control.clickTrayMenu("Quit (terminals go on)");
    await app.exited;
  });

  test("twice leads to the recovery window, whose page runs nothing and whose choices all lead somewhere", async () => {
    app = await desktop.start({ starts: ["crash", "crash", "fail"] });
    const page = await recovery();
    await page.getByText("crashed several times").waitFor();
    const [, shown] = (await app.control.state()).windows;
    expect(shown!.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, javascript: false });
    expect(shown!.webPreferences).not.toHaveProperty("preload");

    await choose(/^Show the logs/);
    await app.until(({ revealed }) => revealed.includes(join(desktop.home, "logs", "main.log")));

    await call(desktop, "app.saveLayout", { layout: '{"sidebarOpen":false}' });
    // The third load fails as well: trying again after a reset leads back here.
    await choose(/^Reset the layout/);
    expect(await call(desktop, "app.layout", {})).toEqual({ layout: null });
    await (await recovery()).getByText("could not be loaded").waitFor();
    await choose(/^Try again/);
    await app.page();
    await app.until(({ windows }) => windows.length === 1 && windows[0]!.visible);
    await app.control.clickTrayMenu("Quit (terminals go on)");
    await app.exited;
  });

  test("can be started without the person's own extensions, and says so", async () => {
    const own = join(desktop.home, "agent-programs.toml");
    app = await desktop.start({ starts: ["crash", "crash"] });
    await choose(/^Start without your own extensions/);
    expect(await app.exited).toBe(0);
    const [, args] = /relaunch: (.*)/.exec(app.errors)!;
    expect(own).toBeTruthy();
    app = await desktop.start({}, (JSON.parse(args!) as string[]).slice(1));
    const page = await app.page();
    await page.getByText("Started without your own extensions").waitFor();
  });
});

test("in a browser a workspace's own window is a tab at the same address, taken again the second time; what it is not for goes to another", async () => {
  await using product = await Product.start();
  await using window = await Window.open(product.url);
  await window.skipFirstRun();
  const source = product.folder.in("alpha");
  mkdirSync(source);
  const { id } = await call(product, "workspaces.create", { mode: "in-place", source, name: "alpha" });
  const pages = window.page.context().pages.bind(window.page.context());
  for (const _ of ["opens", "takes again"]) {
    await window.page.getByRole("treeitem", { name: "alpha" }).click({ button: "right" });
    await window.page.getByRole("menuitem", { name: "Open in its own window" }).click();
    await eventually(
      async () => pages().length,
      (count) => count === 2,
    );
    const tab = pages()[1]!;
    await tab.getByRole("tab", { name: "Workspace alpha" }).waitFor();
    expect(new URL(tab.url()).search).toBe(`?workspace=${id}`);
    await eventually(
      () => tab.title(),
      (title) => title === "alpha — Cellar",
    );
  }

  const tab = Window.around(pages()[1]!);
  const other = product.folder.in("beta");
  mkdirSync(other);
  const { width, height } = tab.page.viewportSize()!;
  const aside = { x: (width * 3) / 4, y: height / 2 };
  await tab.dropFolder(other, aside);
  await tab.page.getByText("A browser does not say where a dropped folder is").waitFor();
  const offer = () => tab.dropUrl(pathToFileURL(other).href, tab.page.locator("body"), aside);
  const asksFor = (page: Page) =>
    eventually(
      () => page.getByRole("combobox", { name: "Folder or git URL" }).inputValue(),
      (text) => text.endsWith("/beta"),
    );
  await offer();
  await tab.page.getByText("The form for the new workspace is in Cellar's other tab").waitFor();
  await asksFor(window.page);
  expect(window.errors).toEqual([]);

  // Where there is no such tab, it waits for one.
  await window.page.goto("about:blank");
  await offer();
  await tab.page.getByRole("button", { name: "Open it" }).click();
  await eventually(
    async () => pages().length,
    (count) => count === 3,
  );
  await asksFor(pages()[2]!);
});

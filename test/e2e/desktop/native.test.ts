/** What a person expects of a program on their desktop: menus, keys, links, drops, and text as they type it. One app for all of it, and one more that starts hidden. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { autostartPath } from "#main/electron/open-at-login.ts";
import { type CommandId, commandIds, commandWords } from "#shared/commands/catalogue.ts";
import type { MenuFacts } from "#test/doubles/electron/control.ts";
import { call, first } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually } from "#test/product/processes.ts";
import { Window } from "../window.ts";

const takenKeys = "Ctrl+Alt+X";
let desktop: Desktop;
let app: DesktopApp;
let page: Page;
let window: Window;
let terminalId: string;
let cdp: CDPSession;

const workspaces = async () => {
  const event = await first(desktop, "workspaces.watch", {});
  return event.type === "all" ? event.items : [];
};
const screen = async () => (await call(desktop, "terminals.screen", { id: terminalId })).lines.join("\n");
const shows = (text: string) => eventually(screen, (lines) => lines.includes(text));
const notice = (text: string | RegExp) => page.getByRole("alert").filter({ hasText: text }).first();
/** Longer than Vitest's own second: the machine may be busy. */
const polled = <T>(get: () => T) => expect.poll(get, { timeout: 20_000 });
const closeNotices = async () => {
  const close = page.getByRole("button", { name: "Close this message" });
  while ((await close.count()) > 0) await close.first().click();
};
/** A program in the terminal that shows what it gets of keys, as `cat -v` prints it, after what `first` does. */
async function readKeys(first = "true"): Promise<void> {
  await window.typeLine(
    `clear; ${first}; stty raw -echo; echo rea''dy; cat -v; stty sane; printf '\\033[?2004l'; clear; echo at''-prompt`,
  );
  await shows("ready");
}
/** No key ends it: they are all text to it. */
async function leaveKeys(): Promise<void> {
  const { pid } = await call(desktop, "terminals.get", { id: terminalId });
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  for (const child of children) process.kill(Number(child));
  await shows("at-prompt");
}
async function openTerminal(): Promise<void> {
  ({ id: terminalId } = await call(desktop, "terminals.create", { cwd: desktop.folder.path }));
  await app.control.openUrl(`cellar://terminal/${terminalId}`);
  await page.locator('[role="group"][aria-busy="false"] .xterm-helper-textarea').last().waitFor({ state: "attached" });
  await eventually(
    () => page.evaluate(() => document.activeElement?.className ?? ""),
    (name) => name.includes("xterm-helper-textarea"),
  );
  await window.typeLine("PS1='$ '; bind 'set enable-bracketed-paste off'; clear; echo at''-prompt");
  await shows("at-prompt");
}

beforeAll(async () => {
  desktop = await Desktop.open();
  app = await desktop.start({ takenKeys: [takenKeys] });
  page = await app.page();
  window = Window.around(page);
  await window.skipFirstRun();
  cdp = await page.context().newCDPSession(page);
});
afterAll(() => desktop?.[Symbol.asyncDispose]());

const all = (items: readonly MenuFacts[]): MenuFacts[] => items.flatMap((item) => [item, ...all(item.submenu)]);

describe("the application menu", () => {
  test("opens a window for what can be done, and greys out what cannot", async () => {
    await expect(app.control.clickMenu("Rename the terminal")).rejects.toThrow("disabled");
    const { windows: opened } = await app.control.state();
    await app.control.closeWindow(opened[0]!.id);
    await app.until(({ windows }) => !windows[0]!.visible);
    await app.control.clickMenu("Settings");
    await app.until(({ windows }) => windows[0]!.visible && windows[0]!.focused);
    await page.getByRole("heading", { name: "Settings" }).waitFor();
  });

  test("has every action that the window gives keys to, with the same keys", async () => {
    await openTerminal();
    await app.control.clickMenu("Keyboard shortcuts");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await help.waitFor();
    const names: Record<string, string> = { "←": "Left", "→": "Right", "↑": "Up", "↓": "Down", "+": "Plus" };
    const shown = (await help.locator("kbd").allInnerTexts()).map((keys) =>
      keys.replace(/[←→↑↓]$|(?<=\+)\+$/, (key) => names[key] ?? key),
    );
    const { menu } = await app.control.state();
    const inMenu = all(menu).filter(({ id, accelerator }) => id !== null && accelerator !== null);
    expect(shown.length).toBeGreaterThan(25);
    // In a terminal the keys of the window's size are its own.
    expect([...new Set(shown)].sort()).toEqual(inMenu.map(({ accelerator }) => accelerator).sort());
    expect(
      all(menu)
        .flatMap(({ id }) => id ?? [])
        .sort(),
    ).toEqual([...commandIds].sort());
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
  });

  test("names actions as the palette does, and does what they do", async () => {
    await app.control.clickMenu(commandWords["go.palette" satisfies CommandId].title);
    const palette = page.getByRole("dialog", { name: "Command palette" });
    await palette.getByRole("combobox").fill("sidebar");
    await palette.getByText(commandWords["view.sidebar"].title).first().waitFor();
    await page.keyboard.press("Escape");
    await palette.waitFor({ state: "detached" });
    const sidebar = page.getByRole("navigation", { name: "Workspaces and terminals" });
    await sidebar.waitFor();
    await app.control.clickMenu(commandWords["view.sidebar"].title);
    await sidebar.waitFor({ state: "detached" });
    await app.control.clickMenu(commandWords["view.sidebar"].title);
    await sidebar.waitFor();
  });
});

describe("text", () => {
  test("has the system's menu in a field and where it is selected, and none elsewhere or over a menu of ours", async () => {
    await app.control.clickMenu("Settings");
    const search = page.getByRole("textbox", { name: "Search settings" });
    await search.fill("theme");
    await search.click({ button: "right" });
    const { popup } = await app.until((state) => state.popup.length > 0);
    expect(popup.map(({ role, enabled }) => `${role} ${enabled}`)).toEqual([
      "cut false",
      "copy false",
      "paste true",
      "selectAll true",
    ]);
    await app.control.clickPopup("selectAll");
    await polled(() => search.evaluate((field: HTMLInputElement) => field.selectionEnd)).toBe(5);
    await search.click({ button: "right" });
    await app.until((state) => state.popup.some(({ role, enabled }) => role === "cut" && enabled));
    await app.control.clickPopup("cut");
    await polled(() => search.inputValue()).toBe("");

    const heading = page.getByRole("heading", { name: "Settings" });
    await heading.click({ button: "right" });
    await page.getByRole("tab", { name: "Settings" }).click({ button: "right" });
    const ours = page.getByRole("menuitem", { name: /^Close/ }).first();
    await ours.waitFor();
    expect((await app.control.state()).popup).toEqual([]);
    await page.keyboard.press("Escape");
    await ours.waitFor({ state: "detached" });
  });

  test("is checked for its spelling nowhere but in prompts", async () => {
    const { windows } = await app.control.state();
    expect(windows[0]!.webPreferences).toMatchObject({ spellcheck: process.platform === "darwin" });
    expect(await page.evaluate(() => document.documentElement.spellcheck)).toBe(false);
  });

  test("is not printed: the page's own way does nothing, and its keys lead to the palette", async () => {
    expect(await page.evaluate("window.print.toString()")).not.toContain("native code");
    await page.getByRole("heading", { name: "Settings" }).click();
    await page.keyboard.press("Control+p");
    await page.getByRole("dialog", { name: "Command palette" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Command palette" }).waitFor({ state: "detached" });
  });
});

describe("a terminal", () => {
  test("gets the keys that shells need, whatever the menu shows", async () => {
    await app.control.openUrl(`cellar://terminal/${terminalId}`);
    await readKeys();
    for (const key of ["c", "w", "p", "r", "q", "m", "z", "a", "v", "x"]) await page.keyboard.press(`Control+${key}`);
    await shows("^C^W^P^R^Q^M^Z^A^V^X");
    await leaveKeys();
  });

  test("takes what an input method composes once, and shows it while it is composed", async () => {
    await readKeys();
    await cdp.send("Input.imeSetComposition", { text: "ni", selectionStart: 2, selectionEnd: 2 });
    await polled(() => page.locator(".composition-view.active").last().innerText()).toBe("ni");
    expect(await screen()).not.toContain("ni");
    await cdp.send("Input.imeSetComposition", { text: "你", selectionStart: 1, selectionEnd: 1 });
    await cdp.send("Input.insertText", { text: "你好" });
    // `cat -v` writes bytes above 127 as M- with the rest.
    const written = [...Buffer.from("你好")].map((byte) => catV(byte)).join("");
    await shows(written);
    await page.keyboard.type("!");
    await shows(`${written}!`);
    expect((await screen()).split(catV(Buffer.from("你")[0]!)).length).toBe(2);
    await leaveKeys();
  });

  test("takes dead keys and AltGr as the characters they make, and as no shortcut", async () => {
    await readKeys();
    const inspector = page.getByRole("complementary", { name: "Inspector" });
    await inspector.waitFor();
    const pressedWith = (modifierAltGraph: boolean) =>
      page.evaluate((altGraph) => {
        const keys = { key: "b", code: "KeyB", ctrlKey: true, altKey: true, modifierAltGraph: altGraph };
        const event = new KeyboardEvent("keydown", { ...keys, bubbles: true, cancelable: true });
        document.activeElement?.dispatchEvent(event);
      }, modifierAltGraph);
    await pressedWith(true);
    await inspector.waitFor();
    await pressedWith(false);
    await inspector.waitFor({ state: "detached" });
    await pressedWith(false);
    await inspector.waitFor();
    const press = async (key: string, code: string, text: string, modifiers: number) => {
      await cdp.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", key, code, text, modifiers });
      await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", key, code, modifiers });
    };
    // German: AltGr+Q is @, AltGr+8 is [, and Windows says Ctrl and Alt of it.
    await press("AltGraph", "AltRight", "", 0);
    await press("@", "KeyQ", "@", 0);
    await press("[", "Digit8", "[", 0);
    await shows("@[");
    // A dead key says nothing by itself; the next one brings both.
    await press("Dead", "Quote", "", 0);
    await press("q", "KeyQ", "q", 0);
    await shows("@[q");
    await cdp.send("Input.imeSetComposition", { text: "´", selectionStart: 1, selectionEnd: 1 });
    await cdp.send("Input.insertText", { text: "é" });
    await shows(`@[q${[...Buffer.from("é")].map(catV).join("")}`);
    await leaveKeys();
  });

  test("is asked about several lines, unless its program takes them as one paste", async () => {
    const bar = page.getByRole("group", { name: "Paste of several lines" });
    await app.control.setClipboard("echo one-$((1+1))\necho two-$((1+2))\n");
    const paste = async () => {
      await page.locator(".terminal-room").last().click({ button: "right" });
      await page.getByRole("menuitem", { name: /^Paste/ }).click();
    };
    await paste();
    await bar.getByText("Paste 2 lines?").waitFor();
    await page.keyboard.press("Escape");
    await bar.waitFor({ state: "detached" });
    expect(await screen()).not.toContain("one-");

    await paste();
    await bar.getByRole("button", { name: "Paste as one line" }).click();
    await shows("echo one-$((1+1)) echo two-$((1+2))");
    expect(await screen()).not.toContain("one-2");
    await page.keyboard.press("Enter");
    await shows("one-2 echo two-3");

    await paste();
    await bar.getByRole("button", { name: "Paste", exact: true }).click();
    await shows("\ntwo-3");

    await readKeys("printf '\\033[?2004h'");
    await paste();
    await shows("^[[200~echo one-$((1+1))^Mecho two-$((1+2))^M^[[201~");
    expect(await bar.count()).toBe(0);
    await leaveKeys();

    await call(desktop, "settings.change", { confirmMultilinePaste: false });
    // The window may not have heard of it yet: then it asks once more.
    await eventually(
      async () => {
        await paste();
        if (await bar.isVisible()) await page.keyboard.press("Escape");
        return screen();
      },
      (lines) => lines.includes("\ntwo-3"),
    );
    await bar.waitFor({ state: "detached" });
    await call(desktop, "settings.reset", { key: "confirmMultilinePaste" });
  });

  test("speaks to a screen reader as soon as the system says that there is one", async () => {
    const tree = page.locator(".xterm-accessibility");
    expect(await tree.count()).toBe(0);
    await app.control.screenReader(true);
    await tree.first().waitFor({ state: "attached" });
    await app.control.screenReader(false);
    await tree.first().waitFor({ state: "detached" });
  });
});

describe("what the system carries out", () => {
  test("a shortcut from anywhere is recorded, hides and shows the window, and a clash is told where it is set", async () => {
    await app.control.clickMenu("Settings");
    await page.getByRole("textbox", { name: "Search settings" }).fill("global");
    await page.getByRole("button", { name: "Record: Shortcut from anywhere" }).click();
    const row = page.locator('[data-setting="globalShortcut"]');
    for (const [keys, why] of [
      ["Shift+x", "Hold Ctrl, Alt or Super as well"],
      ["Control+k", "Cellar itself has Ctrl+K: Search or run a command"],
      ["Control+c", "Programs use Ctrl+C themselves"],
    ] as const) {
      await page.keyboard.press(keys);
      await row.getByText(why).waitFor();
    }
    await page.keyboard.press("Escape");
    await row.getByText("None", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Record: Shortcut from anywhere" }).click();
    await page.keyboard.down("Control");
    await row.getByText("Ctrl+…").waitFor();
    await page.keyboard.up("Control");
    await page.keyboard.press("Control+Alt+x");
    await notice("Another program, or the system itself, has these keys").waitFor();
    expect((await app.control.state()).globalShortcuts).toEqual([]);

    await page.getByRole("button", { name: "Record: Shortcut from anywhere" }).click();
    await page.keyboard.press("Control+Alt+y");
    await app.until(({ globalShortcuts }) => globalShortcuts.join() === "Ctrl+Alt+Y");
    await notice("Another program").waitFor({ state: "detached" });
    await app.control.pressGlobal("Ctrl+Alt+Y");
    await app.until(({ windows }) => !windows[0]!.visible);
    await app.control.pressGlobal("Ctrl+Alt+Y");
    await app.until(({ windows }) => windows[0]!.visible && windows[0]!.focused);

    await page.getByRole("button", { name: "Reset shortcut from anywhere" }).click();
    await app.until(({ globalShortcuts }) => globalShortcuts.length === 0);
  });

  test("starting at login is an entry of the desktop's, which starts it hidden", async () => {
    const path = autostartPath(desktop.environment);
    await page.getByRole("textbox", { name: "Search settings" }).fill("login");
    const box = page.getByRole("switch", { name: "Start when you sign in" });
    await box.click();
    const written = await eventually(
      () => (existsSync(path) ? readFileSync(path, "utf8") : ""),
      (text) => text !== "",
    );
    expect(written).toMatch(/^Exec=.*CELLAR_HOME=.* --hidden$/m);
    await box.click();
    await eventually(async () => !existsSync(path), Boolean);
  });
});

describe("a link from anywhere", () => {
  test.each([
    ["cellar://workspace/ws-00000000", "leads nowhere"],
    ["cellar://run/rm", "it asks for nothing that Cellar knows"],
    ["cellar://open?path=/home/me/../../etc", "it names no folder of this computer"],
  ])("%s is answered with a sentence", async (url, sentence) => {
    await app.control.openUrl(url);
    await notice(sentence).waitFor();
    await closeNotices();
  });

  test("to a repository is only offered: nothing is asked of the other computer before the person goes on", async () => {
    let asked = 0;
    const server = createServer((socket) => {
      asked += 1;
      socket.destroy();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as { port: number };
    const repository = `https://127.0.0.1:${port}/team/api.git`;
    await app.control.openUrl(`cellar://open?repository=${encodeURIComponent(repository)}`);
    const offer = page.getByRole("region", { name: "A link from outside" });
    await offer.getByText(repository).waitFor();
    await page.keyboard.press("Enter");
    expect(await workspaces()).toEqual([]);
    expect(asked).toBe(0);
    await offer.getByRole("button", { name: "Ignore the link" }).click();
    await offer.waitFor({ state: "detached" });
    expect(asked).toBe(0);
    await app.control.openUrl(`cellar://open?repository=${encodeURIComponent(repository)}`);
    await offer.getByRole("button", { name: "Fill in the form" }).click();
    await polled(() => page.getByLabel("Folder or git URL").inputValue()).toBe(repository);
    expect(await workspaces()).toEqual([]);
    expect(asked).toBe(0);
    // It would have been seen: making the workspace does ask.
    await page.getByRole("button", { name: /^Create/ }).click();
    await eventually(
      async () => asked,
      (count) => count > 0,
    );
    server.close();
  });
});

describe("what is given to the app itself", () => {
  const field = () => page.getByLabel("Folder or git URL");

  test("several folders on its icon are one form each", async () => {
    const folders = ["one", "two"].map((name) => desktop.folder.in(`given/${name}`));
    for (const path of folders) mkdirSync(path, { recursive: true });
    await app.control.dropOnTray(folders);
    await page.getByText("1 more dropped").waitFor();
    await polled(() => field().inputValue()).toBe(folders[0]);
    await page.getByRole("button", { name: "Skip this one" }).click();
    await polled(() => field().inputValue()).toBe(folders[1]);
    expect(await page.getByText("more dropped").count()).toBe(0);
  });

  test("a file where a folder is needed says so, and what is not there", async () => {
    const file = desktop.folder.in("notes.txt");
    writeFileSync(file, "text");
    await app.control.openFile(file);
    await polled(() => field().inputValue()).toBe(file);
    await page.getByText(/not a (folder|directory)/i).waitFor();
    await app.control.openFile(desktop.folder.in("nothing"));
    await page.getByText(/(does not exist|no such)/i).waitFor();
    await app.control.openFile(desktop.home);
    await page.getByText("outside of Cellar's own data").waitFor();
    expect(await page.getByRole("button", { name: /^Create/ }).count()).toBe(0);
  });

  test("a second start hands over its words, and ends", async () => {
    const folder = desktop.folder.in("given/two");
    const second = await desktop.start({}, [folder]);
    expect(await second.exited).toBe(0);
    await polled(() => field().inputValue()).toBe(folder);
  });

  test("its page has stayed free of errors", () => {
    expect(window.errors).toEqual([]);
  });
});

test("started with the session it waits in the tray, until a link brings its window", async () => {
  await app.control.clickMenu("Quit Cellar");
  expect(await app.exited).toBe(0);
  const hidden = await desktop.start({ packaged: true }, ["--hidden"]);
  const { windows, protocols } = await hidden.until(({ tray }) => tray.length === 1);
  expect(windows).toEqual([]);
  expect(Object.keys(protocols)).toEqual(["cellar"]);
  const second = await desktop.start({ packaged: true }, ["--", "cellar://terminal/term-00000000"]);
  expect(await second.exited).toBe(0);
  const opened = await hidden.page();
  await opened.getByText("leads nowhere").waitFor();
});

/** A byte as `cat -v` writes it. */
function catV(byte: number): string {
  const low = byte & 0x7f;
  const shown = low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? "^?" : String.fromCharCode(low);
  return byte < 128 ? shown : `M-${shown}`;
}

/** Windows on the double: what their pages may do, and how they end. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documented, soon } from "./documented.ts";
import { type Kept, SmallWindow } from "./small-window.ts";

let opened: SmallWindow;
beforeAll(async () => {
  opened = await SmallWindow.open();
});
afterAll(() => opened?.[Symbol.asyncDispose]());
const inPage = (script: string) => opened.inPage(script);

describe("what a page may do", () => {
  documented("Returning `true` will allow the permission and `false` will reject it.", async () => {
    const script = `return Promise.all(["geolocation", "notifications"].map(async (name) => (await navigator.permissions.query({ name })).state))`;
    expect(await inPage(script)).toEqual(["granted", "denied"]);
    expect(await opened.desktop.control.permission(opened.id, "geolocation")).toEqual({ check: true, request: true });
  });

  documented(
    "Please note that you must also implement `setPermissionRequestHandler` to get complete permission handling.",
    async () => {
      const states = async () => {
        await opened.page.reload();
        return inPage(`const names = ["geolocation", "notifications", "clipboard-read"];
          return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));`);
      };
      await opened.app.main(({ session: { defaultSession } }) => {
        defaultSession.setPermissionCheckHandler((_contents, name) => name !== "notifications");
        defaultSession.setPermissionRequestHandler((_contents, name, answer) => {
          // One that is not answered is not granted.
          if (name !== "geolocation") answer(true);
        });
      });
      expect(await states()).toEqual(["denied", "denied", "granted"]);
      const asked = (name: "geolocation" | "notifications") => opened.desktop.control.permission(opened.id, name);
      expect(await asked("geolocation")).toEqual({ check: true, request: false });
      expect(await asked("notifications")).toEqual({ check: false, request: true });
      await opened.app.main(({ session: { defaultSession } }) => {
        defaultSession.setPermissionCheckHandler(null);
        defaultSession.setPermissionRequestHandler(null);
      });
      expect(await states()).toEqual(["granted", "granted", "granted"]);
    },
  );

  documented("Calling `event.preventDefault()` will prevent the navigation.", async () => {
    await opened.app.main(({ BrowserWindow }, id) => {
      const { webContents } = BrowserWindow.fromId(id)!;
      const { events } = (globalThis as unknown as Kept).kept;
      webContents.on("will-frame-navigate", ({ url, isMainFrame }) => events.push(`frame ${isMainFrame} ${url}`));
      webContents.on("will-navigate", (event) => {
        events.push(`navigate ${event.url}`);
        event.preventDefault();
      });
    }, opened.id);
    await inPage("location.hash = 'in-page'");
    await inPage("document.querySelector('#link').click()");
    await opened.desktop.until(({ stayed }) => stayed.length === 1);
    await inPage("const frame = document.createElement('iframe'); frame.src = '/inside'; document.body.append(frame)");
    await expect.poll(async () => (await opened.kept()).events, soon).toHaveLength(3);
    expect((await opened.kept()).events).toEqual([
      "frame true https://example.com/",
      "navigate https://example.com/",
      "frame false small://app/inside",
    ]);
    expect((await opened.desktop.control.state()).remote).toEqual([]);
  });

  documented("Calling `event.preventDefault()` will prevent the navigation (not just the redirect).", async () => {
    await opened.app.main(({ BrowserWindow }, id) => {
      const { webContents } = BrowserWindow.fromId(id)!;
      const { events } = (globalThis as unknown as Kept).kept;
      events.length = 0;
      for (const name of ["will-navigate", "will-frame-navigate"] as const) webContents.removeAllListeners(name);
      webContents.on("will-redirect", (event) => {
        events.push(`redirect ${event.url}`);
        event.preventDefault();
      });
    }, opened.id);
    await inPage("location.href = '/moves'");
    await opened.desktop.until(({ stayed }) => stayed.includes("small://app/moved"));
    expect((await opened.kept()).events).toEqual(["redirect small://app/moved"]);
    expect(await inPage("return location.pathname")).toBe("/first");
    await opened.app.main(
      ({ BrowserWindow }, id) => void BrowserWindow.fromId(id)!.webContents.removeAllListeners("will-redirect"),
      opened.id,
    );
    await inPage("location.href = '/moves'");
    await opened.page.waitForURL("**/moved");
  });

  documented(
    'Called before creating a window when a new window is requested by the renderer, e.g. by `window.open()`, a link with `target="_blank"`, shift+clicking on a link, or submitting a form with `<form target="_blank">`.',
    async () => {
      await opened.app.main(({ BrowserWindow }, id) => {
        BrowserWindow.fromId(id)!.webContents.setWindowOpenHandler(({ url, disposition }) => {
          (globalThis as unknown as Kept).kept.asked.push(`${url} ${disposition}`);
          return { action: "deny" };
        });
      }, opened.id);
      await opened.page.evaluate(() => {
        document.body.innerHTML = `<a id="plain" href="https://example.com/plain">plain</a>
          <a id="blank" target="_blank" href="https://example.com/blank">blank</a>
          <form target="_blank" action="https://example.com/form"><button id="submit">go</button></form>`;
      });
      const pages = opened.chromium.browser.contexts()[0]!.pages().length;
      await opened.page.evaluate(() => void window.open("https://example.com/open"));
      await opened.page.click("#blank");
      await opened.page.click("#plain", { modifiers: ["Shift"] });
      await opened.page.click("#plain", { button: "middle" });
      await opened.page.click("#submit");
      await expect.poll(async () => (await opened.kept()).asked, soon).toHaveLength(5);
      expect((await opened.kept()).asked).toEqual([
        "https://example.com/open new-window",
        "https://example.com/blank new-window",
        "https://example.com/plain new-window",
        "https://example.com/plain background-tab",
        "https://example.com/form? new-window",
      ]);
      await expect.poll(() => opened.chromium.browser.contexts()[0]!.pages().length, soon).toBe(pages);
    },
  );
});

describe("windows", () => {
  documented("Calling `event.preventDefault()` will cancel the close.", async () => {
    await opened.app.main(({ BrowserWindow }, id) => {
      const window = BrowserWindow.fromId(id)!;
      const { events } = (globalThis as unknown as Kept).kept;
      events.length = 0;
      window.on("close", (event) => {
        events.push("close");
        event.preventDefault();
      });
      window.on("closed", () => events.push("closed"));
    }, opened.id);
    expect(await opened.desktop.control.closeWindow(opened.id)).toBe(false);
    expect((await opened.kept()).events).toEqual(["close"]);
    // "If all windows are successfully closed, the `will-quit` event will be emitted".
    await opened.app.main(async ({ app }) => {
      const { events } = (globalThis as unknown as Kept).kept;
      const hear = () => void events.push("will-quit");
      app.on("will-quit", hear);
      app.quit();
      await new Promise((later) => setImmediate(later));
      app.off("will-quit", hear);
    });
    expect((await opened.kept()).events).toEqual(["close", "close"]);
    expect(opened.page.isClosed()).toBe(false);
  });

  documented(
    "Emitted when a session is about to end due to a shutdown, machine restart, or user log-off.",
    async () => {
      await opened.app.main(({ BrowserWindow }, id) => {
        const { events } = (globalThis as unknown as Kept).kept;
        events.length = 0;
        BrowserWindow.fromId(id)!.on("session-end", ({ reasons }) => events.push(...reasons));
      }, opened.id);
      await opened.desktop.control.endSession();
      expect((await opened.kept()).events).toEqual(["shutdown"]);
    },
  );

  test("of the same app have pages, frames and ports of their own", async () => {
    const other = await opened.another();
    const otherPage = await opened.desktop.anyPage(other);
    expect(otherPage).not.toBe(opened.page);
    const heard = opened.event();
    await opened.app.main(({ ipcMain }) => {
      ipcMain.once("said", ({ sender }) => process.send!({ event: sender.id }));
    });
    await otherPage.evaluate("window.bridge.send()");
    expect(await heard).toBe(other);
    await opened.app.main(
      ({ BrowserWindow }, id) => void Object.assign(globalThis, { gone: BrowserWindow.fromId(id) }),
      other,
    );
    await opened.desktop.control.closeWindow(other);
    await expect(
      opened.app.main(() => (globalThis as unknown as { gone: Electron.BrowserWindow }).gone.show()),
    ).rejects.toThrow("Object has been destroyed");
    await opened.desktop.until(({ windows }) => windows.length === 1);
    await expect.poll(() => otherPage.isClosed(), soon).toBe(true);
  });

  documented(
    "If you do not subscribe to this event and all windows are closed, the default behavior is to quit the app",
    async () => {
      // "`close` event will also not be emitted for this window, but it guarantees the `closed` event will be emitted"
      await opened.app.main(({ app, BrowserWindow }, id) => {
        const { events } = (globalThis as unknown as Kept).kept;
        events.length = 0;
        app.on("before-quit", () => events.push("before-quit"));
        app.on("quit", () => process.send!({ event: events }));
        BrowserWindow.fromId(id)!.on("closed", () => events.push("last closed"));
      }, opened.id);
      const heard = opened.event();
      await opened.desktop.control.destroyWindow(opened.id).catch(() => {});
      expect(await heard).toEqual(["closed", "last closed", "before-quit"]);
      expect(await opened.app.exited).toBe(0);
    },
  );
});

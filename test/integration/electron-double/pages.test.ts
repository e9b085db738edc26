/** Pages on the double: where they come from, what their preload scripts can do, and what crosses to main and back. */
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { documented, documentedIn, soon } from "./documented.ts";
import { type Kept, SmallWindow } from "./small-window.ts";

let opened: SmallWindow;
beforeAll(async () => {
  opened = await SmallWindow.open();
});
afterAll(() => opened?.[Symbol.asyncDispose]());
const inPage = (script: string) => opened.inPage(script);

describe("where a page comes from", () => {
  documented(
    "Requests made to URLs with this scheme will delegate to this handler to determine what response should be sent.",
    async () => {
      const script = `const response = await fetch("/pieces");
        return [response.status, response.headers.get("x-of-main"), await response.text(), location.pathname];`;
      expect(await inPage(script)).toEqual([203, "yes", "one, two, three", "/first"]);
      expect(await inPage(`return fetch("/fails").then(() => "came", (error) => error.name)`)).toBe("TypeError");
    },
  );

  documentedIn("docs/api/structures/custom-scheme.md", "`secure` boolean (optional)", async () => {
    expect(await inPage("return [isSecureContext, origin === 'null']")).toEqual([true, false]);
  });

  documentedIn("docs/api/structures/custom-scheme.md", "`supportFetchAPI` boolean (optional)", async () => {
    const asked = `fetch("/pieces").then(() => "came", () => "refused").then((fetched) => [isSecureContext, fetched])`;
    for (const [scheme, given] of [
      ["small", [true, "came"]],
      ["plain", [false, "refused"]],
      // Without a standard scheme's relative addresses.
      ["bare", [true, "refused"]],
    ] as const) {
      const id = await opened.another(`${scheme}://app/first`);
      expect([scheme, await (await opened.desktop.anyPage(id)).evaluate(asked)]).toEqual([scheme, given]);
      await opened.desktop.control.destroyWindow(id);
    }
  });

  documentedIn(
    "docs/tutorial/security.md",
    "A Content Security Policy (CSP) is an additional layer of protection",
    async () => {
      const script = `const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.head.append(script);
      return "ran" in window;`;
      expect(await inPage(script)).toBe(false);
    },
  );
});

describe("a preload script", () => {
  documentedIn(
    "docs/tutorial/sandbox.md",
    "Node's `require` module is exposed, but will only be able to import a subset of Electron and Node's built-in modules",
    async () => {
      expect(await inPage("return window.bridge.requires()")).toEqual(
        ["fs", "node:child_process", "path", "./other.js", "electron/main"].map((name) => `module not found: ${name}`),
      );
      // What Cellar does not need of it is refused by name.
      const unusual = (await inPage("return [...window.bridge.unusual(), window.bridge.main()]")) as string[];
      expect(unusual).toEqual(Array(4).fill(expect.stringMatching(/^The double of Electron has no/)));
    },
  );

  documentedIn(
    "docs/tutorial/context-isolation.md",
    "both your `preload` scripts and Electron's internal logic run in a separate context",
    async () => {
      expect(await inPage("return ['secret', 'require', 'process'].filter((name) => name in window)")).toEqual([]);
    },
  );

  documentedIn(
    "docs/api/structures/web-preferences.md",
    "`nodeIntegrationInSubFrames` boolean (optional)",
    async () => {
      const script = `const frame = document.createElement("iframe");
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      frame.src = "/inside";
      document.body.append(frame);
      await loaded;
      const given = ["bridge" in window, "bridge" in frame.contentWindow];
      frame.remove();
      return given;`;
      expect(await inPage(script)).toEqual([true, false]);
    },
  );

  documented("Emitted when the preload script `preloadPath` throws an unhandled exception `error`.", async () => {
    writeFileSync(opened.app.folder.in("broken.cjs"), `require("fs");`);
    const told = await opened.app.main(async ({ BrowserWindow }, preload) => {
      const window = new BrowserWindow({ webPreferences: { preload } });
      const failed = new Promise((resolve) =>
        window.webContents.on("preload-error", (_event, path, error) => resolve([path, error.message])),
      );
      await window.loadURL("small://app/broken");
      const result = await failed;
      window.destroy();
      return result;
    }, opened.app.folder.in("broken.cjs"));
    expect(told).toEqual([opened.app.folder.in("broken.cjs"), expect.stringContaining("module not found: fs")]);
  });
});

describe("the context bridge", () => {
  documentedIn(
    "docs/api/context-bridge.md",
    "`Function` values are proxied to the other context and all other values are **copied** and **frozen**.",
    async () => {
      const script = `const { data, twice, list } = window.bridge;
        const [first, second] = list();
        return [twice(21), [window.bridge, data, data.flags, first].every(Object.isFrozen), first.one, second()];`;
      expect(await inPage(script)).toEqual([42, true, 1, "called"]);
      expect(await inPage("return window.bridge.again()")).toContain(
        "Cannot bind an API on top of an existing property",
      );
    },
  );

  documentedIn(
    "docs/api/context-bridge.md",
    "Sending custom classes will copy values but not the prototype.",
    async () => {
      const script = "const { named } = window.bridge; return [named.name, 'shout' in named]";
      expect(await inPage(script)).toEqual(["a name", false]);
    },
  );

  documentedIn(
    "docs/api/context-bridge.md",
    "Errors that are thrown are also copied, this can result in the message and stack trace of the error changing slightly",
    async () => {
      const script =
        "try { window.bridge.fails(); } catch (error) { return [error instanceof Error, error.message, error.code ?? null]; }";
      expect(await inPage(script)).toEqual([true, "it failed", null]);
    },
  );
});

describe("what crosses", () => {
  documented("The frame that sent this message.", async () => {
    await opened.app.main(({ ipcMain }) => {
      ipcMain.once("said", ({ sender, senderFrame }, named, map, nothing) => {
        const frame = [sender.id, senderFrame?.url, senderFrame?.parent, senderFrame === sender.mainFrame];
        const values = [named, "shout" in named, [...map], nothing === undefined];
        process.send!({ event: [...frame.slice(0, 3), ...values] });
      });
    });
    const heard = opened.event();
    await inPage("window.bridge.send()");
    const bytes = { "0": 1, "1": 2 };
    expect(await heard).toEqual([
      opened.id,
      "small://app/first",
      null,
      { name: "a name" },
      false,
      [["key", bytes]],
      true,
    ]);
  });

  documented("Sending Functions, Promises, Symbols, WeakMaps, or WeakSets will throw an exception.", async () => {
    expect(await inPage("return window.bridge.sendFunction()")).toBe("An object could not be cloned.");
  });

  documented(
    "The transferred `MessagePortMain` objects will be available in the renderer process by accessing the `ports` property of the emitted event.",
    async () => {
      await inPage(`window.portCame = new Promise((resolve) => addEventListener("message", ({ data, ports }) => {
        const [port] = ports;
        port.onmessage = (event) => port.postMessage("page heard " + event.data);
        port.addEventListener("close", () => { window.portClosed = true; });
        resolve(data.text);
      }, { once: true }))`);
      const told = await opened.app.main(async ({ BrowserWindow, MessageChannelMain }, id) => {
        const { port1, port2 } = new MessageChannelMain();
        (globalThis as unknown as Kept).kept.ports.push(port1);
        const frame = BrowserWindow.fromId(id)!.webContents.mainFrame;
        const heard = new Promise((resolve) => port1.on("message", ({ data }) => resolve(data)));
        port1.start();
        frame.postMessage("port", "a text", [port2]);
        port1.postMessage("a word");
        const thrown = (call: () => void) => {
          try {
            call();
            return null;
          } catch (error) {
            return (error as Error).message;
          }
        };
        const again = thrown(() => frame.postMessage("port", "again", [port2]));
        // Given away: nobody hears it.
        port2.postMessage("from a neutered port");
        return [await heard, again];
      }, opened.id);
      expect(told).toEqual(["page heard a word", "Port at index 0 is already neutered"]);
      expect(await inPage("return window.portCame")).toBe("a text");
      await opened.app.main(() => (globalThis as unknown as Kept).kept.ports.pop()!.close());
      await expect.poll(() => inPage("return window.portClosed === true"), soon).toBe(true);
    },
  );

  documented("May be `null` if accessed after the frame has either navigated or been destroyed.", async () => {
    await opened.app.main(({ BrowserWindow }, id) => {
      const { mainFrame } = BrowserWindow.fromId(id)!.webContents;
      Object.assign(globalThis, { mainFrame });
    }, opened.id);
    await opened.page.reload();
    await expect(
      opened.app.main(() =>
        (globalThis as unknown as { mainFrame: Electron.WebFrameMain }).mainFrame.postMessage("a", 1),
      ),
    ).rejects.toThrow("Render frame was disposed before WebFrameMain could be accessed");
  });

  documented("an empty string is returned.", async () => {
    expect(await inPage("return window.bridge.pathOf(new File(['x'], 'made.txt'))")).toBe("");
    await opened.desktop.control.knowFiles(opened.id, { "dropped.txt": "/a/folder/dropped.txt" });
    expect(await inPage("return window.bridge.pathOf(new File(['x'], 'dropped.txt'))")).toBe("/a/folder/dropped.txt");
    expect(await inPage("return window.bridge.pathOfText()")).toContain("File object");
  });
});

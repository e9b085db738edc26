/** What stands outside the windows, on the double: tray, menus, notifications, dialogs, displays, keychain, ports of main. */
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { DesktopApp } from "#test/product/electron.ts";
import { AppOnDouble } from "./app-on-double.ts";
import { documented, documentedIn } from "./documented.ts";

let app: AppOnDouble;
let desktop: DesktopApp;
beforeAll(async () => {
  app = new AppOnDouble();
  await app.main(({ app }) => app.whenReady());
  desktop = await app.desktop();
  writeFileSync(app.folder.in("icon.png"), "an image");
});
afterAll(() => app?.[Symbol.asyncDispose]());

describe("tray and menus", () => {
  documented("This method returns an empty image if the `path` does not exist", async () => {
    const told = await app.main(({ nativeImage, Tray }) => {
      const image = nativeImage.createFromPath("/nowhere.png");
      try {
        new Tray(image);
      } catch (error) {
        return [image.isEmpty(), (error as Error).message];
      }
      return [];
    });
    expect(told).toEqual([true, "Failed to load image from path '/nowhere.png'"]);
  });

  documented("Sets the context menu for this icon.", async () => {
    await app.main(({ Tray, Menu, nativeImage }) => {
      const kept = new Tray(nativeImage.createFromPath("icon.png"));
      (globalThis as { kept?: unknown }).kept = kept;
      kept.setToolTip("a tip");
      const submenu = [{ label: "Deep", click: () => kept.setTitle("clicked deep") }];
      const off = { label: "Off", enabled: false, click: () => kept.setTitle("clicked off") };
      kept.setContextMenu(Menu.buildFromTemplate([{ label: "More", submenu }, { type: "separator" }, off]));
      kept.on("click", () => kept.setTitle("clicked"));
    });
    const [tray] = (await desktop.control.state()).tray;
    expect(tray).toMatchObject({ toolTip: "a tip", title: "", image: "icon.png" });
    expect(tray!.menu.map(({ type, label }) => [type, label])).toEqual([
      ["submenu", "More"],
      ["separator", ""],
      ["normal", "Off"],
    ]);
    await desktop.control.clickTray();
    expect((await desktop.control.state()).tray[0]!.title).toBe("clicked");
    await desktop.control.clickTrayMenu("Deep");
    expect((await desktop.control.state()).tray[0]!.title).toBe("clicked deep");
    await expect(desktop.control.clickTrayMenu("Off")).rejects.toThrow("disabled");
    await expect(desktop.control.clickTrayMenu("Absent")).rejects.toThrow("there is no");
  });

  documented("This property can be dynamically changed.", async () => {
    await app.main(({ Menu }) => {
      const menu = Menu.buildFromTemplate([{ label: "File", submenu: [{ id: "one", label: "One", click: () => {} }] }]);
      Menu.setApplicationMenu(menu);
      const item = menu.getMenuItemById("one")!;
      item.enabled = false;
      (globalThis as { item?: unknown }).item = item;
    });
    await expect(desktop.control.clickMenu("One")).rejects.toThrow("disabled");
    await app.main(() => {
      (globalThis as unknown as { item: { enabled: boolean } }).item.enabled = true;
    });
    await desktop.control.clickMenu("One");
  });

  documentedIn(
    "docs/faq.md",
    "This happens when the variable which is used to store the tray gets garbage collected.",
    async () => {
      await desktop.control.collectGarbage();
      expect((await desktop.control.state()).tray).toHaveLength(1);
      await app.main(() => {
        (globalThis as { kept?: unknown }).kept = undefined;
      });
      await desktop.control.collectGarbage();
      expect((await desktop.control.state()).tray).toEqual([]);
    },
  );

  documentedIn("docs/api/menu.md", "Sets `menu` as the application menu on macOS.", async () => {
    await app.main(({ Menu }) =>
      Menu.setApplicationMenu(
        Menu.buildFromTemplate([{ label: "Edit", submenu: [{ role: "copy", accelerator: "Ctrl+C" }] }]),
      ),
    );
    const { menu } = await desktop.control.state();
    expect(menu[0]!.submenu[0]).toMatchObject({ role: "copy", accelerator: "Ctrl+C", type: "normal" });
    const nameless = app.main(({ Menu }) => void Menu.buildFromTemplate([{}]));
    await expect(nameless).rejects.toThrow("must have at least one of label, role or type");
  });
});

describe("notifications and dialogs", () => {
  documented("Emitted when the notification is clicked by the user.", async () => {
    await app.main(({ Notification }) => {
      const made = new Notification({ title: "a title", body: "a body" });
      const told: string[] = [];
      for (const name of ["show", "click", "close"] as const) made.on(name as "click", () => told.push(name));
      Object.assign(globalThis, { made, told });
      made.show();
    });
    const [shown] = (await desktop.control.state()).notifications;
    expect(shown).toMatchObject({ title: "a title", body: "a body" });
    await desktop.control.clickNotification(shown!.number);
    await desktop.control.closeNotification(shown!.number);
    expect((await desktop.control.state()).notifications).toEqual([]);
    expect(await app.main(() => (globalThis as { told?: string[] }).told)).toEqual(["show", "click", "close"]);
  });

  documented("The index of the action that was activated.", async () => {
    await app.main(({ Notification }) => {
      const actions = ["Open", "Allow"].map((text) => ({ type: "button" as const, text }));
      const made = new Notification({ title: "with buttons", actions });
      const told: string[] = [];
      made.on("action", ({ actionIndex }) => told.push(`action ${actionIndex}`));
      made.on("click", () => told.push("click"));
      Object.assign(globalThis, { made, told });
      made.show();
    });
    const [{ number }] = (await desktop.control.state()).notifications as [{ number: number }];
    await desktop.control.actOnNotification(number, "Allow");
    await expect(desktop.control.actOnNotification(number, "Absent")).rejects.toThrow("there is no button");
    expect(await app.main(() => (globalThis as { told?: string[] }).told)).toEqual(["action 1"]);
    await desktop.control.closeNotification(number);
  });

  documented(
    "Unlike notifications created with `new Notification()`, notifications returned by `getHistory()` will remain visible in Notification Center when the object is garbage collected.",
    async () => {
      await app.main(({ Notification }) => new Notification({ title: "nobody's" }).show());
      await desktop.control.collectGarbage();
      expect((await desktop.control.state()).notifications).toEqual([]);
    },
  );

  documented("If the dialog is cancelled this will be an empty array.", async () => {
    const ask = () => app.main(({ dialog }) => dialog.showOpenDialog({ properties: ["openDirectory"] }));
    await desktop.control.answerDialog(["/a/folder"]);
    expect(await ask()).toEqual({ canceled: false, filePaths: ["/a/folder"] });
    expect(await ask()).toEqual({ canceled: true, filePaths: [] });
    expect((await desktop.control.state()).asked).toEqual(Array(2).fill({ properties: ["openDirectory"] }));
  });
});

describe("the computer", () => {
  documented("An array of displays that are currently available.", async () => {
    const area = { x: 0, y: 0, width: 800, height: 600 };
    await desktop.control.setDisplays([{ id: 7, bounds: area, workArea: area, scaleFactor: 2 }]);
    const shown = await app.main(({ screen }) => screen.getAllDisplays());
    expect(shown).toMatchObject([{ id: 7, bounds: area, workArea: area, scaleFactor: 2 }]);
  });

  documented("Emitted when `newDisplay` has been added.", async () => {
    await app.main(({ screen }) => {
      const told: string[] = [];
      Object.assign(globalThis, { told });
      screen.on("display-added", (_event, { id }) => told.push(`added ${id}`));
      screen.on("display-removed", (_event, { id }) => told.push(`removed ${id}`));
      screen.on("display-metrics-changed", (_event, { id }, changed) => told.push(`changed ${id} ${changed}`));
    });
    const area = { x: 0, y: 0, width: 800, height: 600 };
    const display = (id: number, scaleFactor = 2) => ({ id, bounds: area, workArea: area, scaleFactor });
    await desktop.control.setDisplays([display(7), display(8)]);
    await desktop.control.setDisplays([display(8, 1)]);
    expect(await app.main(() => (globalThis as { told?: string[] }).told)).toEqual([
      "added 8",
      "removed 7",
      "changed 8 bounds,workArea,scaleFactor",
    ]);
  });

  documentedIn("docs/tutorial/security.md", "4. Enable process sandboxing", async () => {
    for (const webPreferences of [{ sandbox: false }, { contextIsolation: false }, { nodeIntegration: true }]) {
      const made = app.main(
        ({ BrowserWindow }, given) => void new BrowserWindow({ webPreferences: given }),
        webPreferences,
      );
      await expect(made).rejects.toThrow("no window without sandbox or context isolation");
    }
  });

  documented("Resolves with whether encryption is available for asynchronous safeStorage operations.", async () => {
    const told = await app.main(async ({ safeStorage }) => {
      const sealed = await safeStorage.encryptStringAsync("the secret");
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(sealed);
      const available = await safeStorage.isAsyncEncryptionAvailable();
      return [
        available,
        safeStorage.getSelectedStorageBackend(),
        sealed.includes("the secret"),
        result,
        shouldReEncrypt,
      ];
    });
    expect(told).toEqual([true, "gnome_libsecret", false, "the secret", false]);
  });

  documented(
    "Resolves with whether encryption is available for asynchronous safeStorage operations.",
    async () => {
      await using without = new AppOnDouble({ computer: { keychain: "unknown" } });
      const told = await without.main(async ({ app, safeStorage }) => {
        await app.whenReady();
        const refused = (made: Promise<unknown>) =>
          made.then(
            () => null,
            ({ message }: Error) => message,
          );
        return [
          safeStorage.getSelectedStorageBackend(),
          await safeStorage.isAsyncEncryptionAvailable(),
          await refused(safeStorage.encryptStringAsync("text")),
          await refused(safeStorage.decryptStringAsync(Buffer.alloc(40))),
        ];
      });
      expect(told).toEqual(["unknown", false, ...Array(2).fill("Encryption is not available")]);
    },
    "where there is no keychain",
  );

  documented("`basic_text` - When the desktop environment is not recognised", async () => {
    await using plain = new AppOnDouble({ computer: { keychain: "basic_text" } });
    const told = await plain.main(async ({ app, safeStorage }) => {
      await app.whenReady();
      return [safeStorage.getSelectedStorageBackend(), await safeStorage.isAsyncEncryptionAvailable()];
    });
    expect(told).toEqual(["basic_text", true]);
  });
});

describe("ports of main", () => {
  documented("Messages will be queued until this method is called.", async () => {
    const told = await app.main(async ({ MessageChannelMain }) => {
      const { port1, port2 } = new MessageChannelMain();
      const heard: unknown[] = [];
      port2.on("message", ({ data }) => heard.push(data));
      port1.postMessage("early");
      await new Promise((later) => setImmediate(later));
      const before = [...heard];
      port2.start();
      await new Promise((later) => setImmediate(later));
      return [before, heard];
    });
    expect(told).toEqual([[], ["early"]]);
  });

  documented("Emitted when the remote end of a MessagePortMain object becomes disconnected.", async () => {
    const told = await app.main(async ({ MessageChannelMain }) => {
      const { port1, port2 } = new MessageChannelMain();
      const closed = new Promise<string>((resolve) => port2.on("close", () => resolve("closed")));
      port1.close();
      return closed;
    });
    expect(told).toBe("closed");
  });

  documented(
    "Arguments will be serialized with the Structured Clone Algorithm, just like `postMessage`, so prototype chains will not be included.",
    async () => {
      const told = await app.main(async ({ MessageChannelMain }) => {
        const { port1, port2 } = new MessageChannelMain();
        class Named {
          name = "a name";
          shout() {}
        }
        const heard = new Promise<Named>((resolve) => port2.on("message", ({ data }) => resolve(data)));
        port2.start();
        port1.postMessage(new Named());
        let refused = "";
        try {
          port1.postMessage({ deep: [() => {}] });
        } catch (error) {
          refused = (error as Error).message;
        }
        const copy = await heard;
        return [copy, "shout" in copy, copy instanceof Named, refused];
      });
      expect(told).toEqual([{ name: "a name" }, false, false, "An object could not be cloned."]);
    },
  );
});

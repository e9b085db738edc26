/** The life of an app on the double: what may be done when, how it ends, and that there is one of it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { AppOnDouble, type Start } from "./app-on-double.ts";
import { documented, documentedIn } from "./documented.ts";

const apps: AsyncDisposable[] = [];
function start(how: Start = {}): AppOnDouble {
  const app = new AppOnDouble(how);
  apps.push(app);
  return app;
}
afterEach(async () => {
  for (const app of apps.splice(0)) await app[Symbol.asyncDispose]();
});

/** What happens in an app's first turn, and what its calls throw there. */
const first: Start["first"] = ({
  app,
  BrowserWindow,
  Tray,
  Notification,
  screen,
  session,
  protocol,
  safeStorage,
  dialog,
}) => {
  const thrown = async (call: () => unknown) => {
    try {
      await call();
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const order = ["script"];
  app.on("ready", () => order.push(`ready ${app.isReady()}`));
  const microtask = (left: number) =>
    queueMicrotask(() => (left > 0 ? microtask(left - 1) : order.push(`microtasks ${app.isReady()}`)));
  microtask(100);
  const register = () => protocol.registerSchemesAsPrivileged([{ scheme: "one", privileges: {} }]);
  const early = {
    BrowserWindow: thrown(() => new BrowserWindow()),
    Tray: thrown(() => new Tray({ isEmpty: () => false } as never)),
    Notification: thrown(() => new Notification()),
    screen: thrown(() => screen.getAllDisplays()),
    session: thrown(() => session.defaultSession),
    handle: thrown(() => protocol.handle("some", () => new Response())),
    dialog: thrown(() => dialog.showOpenDialog({})),
    errorBox: thrown(() => dialog.showErrorBox("a title", "a text")),
    encrypt: thrown(() => safeStorage.encryptStringAsync("text")),
    available: safeStorage.isAsyncEncryptionAvailable(),
    backend: safeStorage.getSelectedStorageBackend(),
    nowhere: thrown(() => app.setPath("userData", `${process.cwd()}/nowhere`)),
    relative: thrown(() => app.setPath("userData", "relative")),
    register: thrown(register),
    registerAgain: thrown(register),
  };
  return app.whenReady().then(async () => {
    const told: Record<string, unknown> = { order, registerLate: await thrown(register) };
    for (const [name, value] of Object.entries(early)) told[name] = await value;
    return told;
  });
};

describe("before Electron is ready", () => {
  let told: Record<string, unknown>;
  let said = "";
  beforeAll(async () => {
    await using app = new AppOnDouble({ first });
    app.process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    told = (await app.first) as Record<string, unknown>;
  });

  documented(
    "The `ready` event is only fired after the main process has finished running the first tick of the event loop.",
    async () => expect(told["order"]).toEqual(["script", "microtasks false", "ready true"]),
  );

  documentedIn(
    "docs/api/browser-window.md",
    "This module cannot be used until the `ready` event of the `app` module is emitted.",
    async () =>
      expect(told).toMatchObject({
        BrowserWindow: "Cannot create BrowserWindow before app is ready",
        Tray: "Cannot create Tray before app is ready",
        Notification: "Cannot create Notification before app is ready",
        screen: expect.stringContaining("before the app 'ready' event"),
        session: "Session can only be received when app is ready",
        handle: expect.stringContaining("after app is ready"),
        dialog: expect.stringContaining("after app is ready"),
      }),
  );

  documented("`unknown` - When the function is called before app has emitted the `ready` event.", async () =>
    expect(told).toMatchObject({
      backend: "unknown",
      available: false,
      encrypt: "safeStorage cannot be used before app is ready",
    }),
  );

  documented(
    "This method can only be used before the `ready` event of the `app` module gets emitted and can be called only once.",
    async () =>
      expect(told).toMatchObject({
        register: null,
        registerAgain: expect.stringContaining("only once"),
        registerLate: expect.stringContaining("before app is ready"),
      }),
  );

  documented("This API can be called safely before the `ready` event the `app` module emits", async () => {
    expect(told["errorBox"]).toBeNull();
    expect(said).toContain("a title: a text");
  });

  documented("If the path specifies a directory that does not exist, an `Error` is thrown.", async () => {
    expect(told["nowhere"]).toContain("nowhere");
    expect(told["relative"]).toContain("absolute");
  });
});

/** Windows need a browser; these ends need none. The events of an app's end, in order, and its code. */
const recorded = async (app: AppOnDouble, run: Parameters<AppOnDouble["main"]>[0]) => {
  const told: unknown[] = [];
  app.process.on("message", (message: { event?: unknown }) => {
    if (message.event !== undefined) told.push(message.event);
  });
  await app.main(({ app }) => {
    for (const name of ["before-quit", "will-quit", "quit"] as const)
      app.on(name as "quit", (_event, code) => process.send!({ event: [name, code ?? null] }));
  });
  await app.main(run).catch(() => {});
  return { told, code: await app.exited };
};

describe("the end of an app", () => {
  documented(
    "Try to close all windows. The `before-quit` event will be emitted first. If all windows are successfully closed, the `will-quit` event will be emitted and by default the application will terminate.",
    async () => {
      const { told, code } = await recorded(start(), ({ app }) => app.quit());
      expect(told).toEqual([
        ["before-quit", null],
        ["will-quit", null],
        ["quit", 0],
      ]);
      expect(code).toBe(0);
    },
  );

  documented(
    "All windows will be closed immediately without asking the user, and the `before-quit` and `will-quit` events will not be emitted.",
    async () => {
      const { told, code } = await recorded(start(), ({ app }) => app.exit(3));
      expect(told).toEqual([["quit", 3]]);
      expect(code).toBe(3);
    },
  );

  documented(
    "Emitted before the application starts closing its windows. Calling `event.preventDefault()` will prevent the default behavior, which is terminating the application.",
    async () => {
      const app = start();
      const told = await app.main(async ({ app }) => {
        const order: string[] = [];
        app.once("before-quit", (event) => event.preventDefault());
        app.on("will-quit", (event) => {
          order.push("will-quit");
          event.preventDefault();
        });
        app.quit();
        await new Promise((later) => setImmediate(later));
        const kept = [...order];
        app.quit();
        await new Promise((later) => setImmediate(later));
        return { kept, order };
      });
      expect(told).toEqual({ kept: [], order: ["will-quit"] });
      // Both ends were prevented.
      expect(await app.main(({ app }) => app.isReady())).toBe(true);
    },
  );
});

describe("one instance", () => {
  documented(
    "It returns `false` if your process should immediately quit as it has sent its parameters to another instance that has already acquired the lock.",
    async () => {
      using folder = new TemporaryFolder("instances");
      const first = start({ folder });
      const taken = await first.main(async ({ app }) => {
        await app.whenReady();
        app.on("second-instance", (_event, ...given) => process.send!({ event: given }));
        return app.requestSingleInstanceLock();
      });
      expect(taken).toBe(true);
      const heard = new Promise((resolve) =>
        first.process.on("message", ({ event }: { event?: unknown }) => event && resolve(event)),
      );
      const second = start({ folder, args: ["--open", "a folder"] });
      expect(await second.main(({ app }) => app.requestSingleInstanceLock({ opens: ["a folder"] }))).toBe(false);
      const [argv, workingDirectory, additionalData] = (await heard) as [string[], string, unknown];
      expect(argv.slice(-2)).toEqual(["--open", "a folder"]);
      expect(workingDirectory).toBe(folder.path);
      expect(additionalData).toEqual({ opens: ["a folder"] });
      await second[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      // The lock of an instance that is gone is free.
      expect(await start({ folder }).main(({ app }) => app.requestSingleInstanceLock())).toBe(true);
    },
  );

  documented("This event is guaranteed to be emitted after the `ready` event of `app` gets emitted.", async () => {
    using folder = new TemporaryFolder("instances");
    const first = start({
      folder,
      first: ({ app }) => {
        app.on("second-instance", () => process.send!({ event: app.isReady() }));
        return app.requestSingleInstanceLock();
      },
    });
    const heard = new Promise((resolve) =>
      first.process.on("message", ({ event }: { event?: unknown }) => event !== undefined && resolve(event)),
    );
    expect(await first.first).toBe(true);
    start({ folder, first: ({ app }) => app.requestSingleInstanceLock() });
    expect(await heard).toBe(true);
  });

  documented("Emitted when the application is activated.", async () => {
    const app = start();
    await app.main(({ app }) => {
      app.on("activate", () => process.send!({ event: "activate" }));
    });
    const heard = new Promise((resolve) =>
      app.process.on("message", ({ event }: { event?: unknown }) => event && resolve(event)),
    );
    await (await app.desktop()).control.activate();
    expect(await heard).toBe("activate");
  });
});

describe("power and sessions", () => {
  let app: AppOnDouble;
  beforeAll(() => {
    app = new AppOnDouble();
  });
  afterAll(() => app[Symbol.asyncDispose]());
  /** Events that main has heard of. */
  const heard = () => app.main(() => (globalThis as { heard?: string[] }).heard ?? []);

  documented("Emitted when system is resuming.", async () => {
    await app.main(async ({ app, powerMonitor }) => {
      await app.whenReady();
      const heard: string[] = [];
      (globalThis as { heard?: string[] }).heard = heard;
      powerMonitor.on("suspend", () => heard.push("suspend"));
      powerMonitor.on("resume", () => heard.push("resume"));
      powerMonitor.on("lock-screen", () => heard.push("lock-screen"));
      powerMonitor.on("unlock-screen", () => heard.push("unlock-screen"));
    });
    const { control } = await app.desktop();
    for (const event of ["suspend", "resume"] as const) await control.power(event);
    expect(await heard()).toEqual(["suspend", "resume"]);
  });

  documented("Emitted when the system is about to lock the screen.", async () => {
    const { control } = await app.desktop();
    for (const event of ["lock-screen", "unlock-screen"] as const) await control.power(event);
    expect((await heard()).slice(-2)).toEqual(["lock-screen", "unlock-screen"]);
  });

  documented(
    "If the event handler invokes `e.preventDefault()`, Electron will attempt to delay system shutdown in order for the app to exit cleanly.",
    async () => {
      const { control } = await app.desktop();
      expect(await control.shutDown()).toBe(false);
      await app.main(({ powerMonitor }) => {
        powerMonitor.on("shutdown", (...[event]: [] | [Electron.Event]) => event?.preventDefault());
      });
      expect(await control.shutDown()).toBe(true);
    },
  );

  test("only events of Electron's are raised, and nothing else is a member", async () => {
    await expect(app.main(({ powerMonitor }) => powerMonitor.getSystemIdleTime())).rejects.toThrow(
      "no powerMonitor.getSystemIdleTime",
    );
  });
});

test("what is not part of the double throws by its name, and is no member of it", async () => {
  const app = start();
  await expect(app.main(({ app }) => app.getAppMetrics())).rejects.toThrow(
    "The double of Electron has no app.getAppMetrics",
  );
  await expect(app.main(({ session }) => session.defaultSession.clearCache())).rejects.toThrow("no Session.clearCache");
  await expect(app.main(({ safeStorage }) => safeStorage.encryptString("text"))).rejects.toThrow(
    "no safeStorage.encryptString",
  );
  await expect(app.main(({ session }) => void session.fromPartition("other"))).rejects.toThrow(
    "no session.fromPartition",
  );
  expect(await app.main((electron) => "webFrame" in electron)).toBe(false);
});

/**
 * The built product as a desktop app: the main and preload bundles, unmodified, on the double of Electron ({@link file://../doubles/electron/index.ts}), whose
 * windows are pages of a Chromium that this test drives as well.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { basename, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Control } from "#test/doubles/electron/control.ts";
import type { DoubleSettings } from "#test/doubles/electron/settings.ts";
import { serveChromium } from "./chromium.ts";
import { shell } from "./person.ts";
import { endMarked } from "./processes.ts";
import { TemporaryFolder } from "./temporary.ts";

const root = resolve(import.meta.dirname, "../..");

export type Computer = Omit<DoubleSettings, "browser" | "control">;

export class Desktop implements AsyncDisposable {
  readonly folder = new TemporaryFolder("desktop");
  readonly home = this.folder.in("home");
  /** The entry that is run; a test of the tests may run another. */
  entry = resolve(root, "out/main/index.js");
  /** Modules that main loads first, and variables it is started with, for who measures it. */
  readonly preloads: string[] = [];
  readonly more: NodeJS.ProcessEnv = {};
  readonly #chromium: Awaited<ReturnType<typeof serveChromium>>;
  readonly browser: Browser;

  readonly #ownsChromium: boolean;

  private constructor(served: Awaited<ReturnType<typeof serveChromium>>, browser: Browser, owns: boolean) {
    this.#chromium = served;
    this.browser = browser;
    this.#ownsChromium = owns;
  }

  /** `beside`: its windows are pages of that one's browser, which has to live longer. */
  static async open(beside?: Desktop): Promise<Desktop> {
    if (beside !== undefined) return new Desktop(beside.#chromium, beside.browser, false);
    const profile = new TemporaryFolder("chromium");
    const served = await serveChromium(profile.path);
    served.process.once("exit", () => profile[Symbol.dispose]());
    return new Desktop(served, await chromium.connectOverCDP(served.url), true);
  }

  /** Of its browser. */
  get address(): string {
    return this.#chromium.url;
  }

  get environment(): NodeJS.ProcessEnv {
    const { path } = this.folder;
    // No bus of the machine's own desktop: whether somebody shows trays there is not for it to say.
    const bus = `unix:path=${this.folder.in("no-bus")}`;
    return {
      ...process.env,
      HOME: path,
      SHELL: shell,
      CELLAR_HOME: this.home,
      XDG_RUNTIME_DIR: path,
      DBUS_SESSION_BUS_ADDRESS: bus,
    };
  }

  /** Starts the app as a click on its icon does. Resolves when it answers; its window may still be loading. */
  async start(
    computer: Computer = {},
    args: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<DesktopApp> {
    const control = this.folder.in(`control-${Math.random().toString(36).slice(2)}`);
    const settings: DoubleSettings = { ...computer, browser: this.#chromium.url, control };
    const child = spawn(
      process.execPath,
      [
        ...[resolve(root, "test/doubles/electron/register.ts"), ...this.preloads].flatMap((path) => ["--import", path]),
        this.entry,
        ...args,
      ],
      {
        env: {
          ...this.environment,
          ...this.more,
          ...environment,
          ELECTRON_DOUBLE: JSON.stringify(settings),
          // A keychain outlives the app.
          ELECTRON_DOUBLE_KEY: "11".repeat(32),
        },
        stdio: ["ignore", "inherit", "pipe"],
      },
    );
    return DesktopApp.of(this.browser, child, control);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endMarked(this.folder.path);
    if (this.#ownsChromium) {
      await this.browser.close().catch(() => {});
      this.#chromium.process.kill("SIGKILL");
    }
    this.folder[Symbol.dispose]();
  }
}

/** One run of the app. */
export class DesktopApp {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  /** What it said on stderr so far. */
  errors = "";
  readonly #browser: Browser | null;
  readonly #socket: Socket;
  readonly #calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #last = 0;

  private constructor(browser: Browser | null, child: ChildProcess, socket: Socket) {
    this.#browser = browser;
    this.process = child;
    this.#socket = socket;
    this.exited = once(child, "exit").then(([code]) => code as number | null);
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
    });
    const lines = createInterface({ input: socket });
    lines.on("error", () => {});
    lines.on("line", (line) => {
      const { id, value, error } = JSON.parse(line) as { id: number; value?: never; error?: string };
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(value as never);
      else call?.reject(new Error(error));
    });
    socket.on("close", () => {
      for (const { reject } of this.#calls.values()) reject(new Error("the app has ended"));
      this.#calls.clear();
    });
    socket.on("error", () => {});
  }

  static async of(browser: Browser | null, child: ChildProcess, path: string): Promise<DesktopApp> {
    for (;;) {
      const socket = connect(path);
      const connected = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      if (connected || child.exitCode !== null) return new DesktopApp(browser, child, socket);
      await new Promise((passed) => setTimeout(passed, 20));
    }
  }

  /** Everything a test does to it from outside its windows. */
  readonly control = new Proxy({} as Control, {
    get:
      (_, call: string) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (this.#socket.closed) return reject(new Error("the app has ended"));
          const id = ++this.#last;
          this.#calls.set(id, { resolve, reject });
          this.#socket.write(`${JSON.stringify({ id, call, args })}\n`);
        }),
  });

  /** Ends main as a crash does. Its pages go with it, as they do in Electron. */
  async crash(): Promise<void> {
    const { windows } = await this.control.state();
    this.process.kill("SIGKILL");
    await this.exited;
    for (const { target } of windows) await (await this.#pageOf(target))?.close();
  }

  /** The next drop of a file or folder in the window has this path. */
  async knowFiles(...paths: string[]): Promise<void> {
    const { windows } = await this.control.state();
    const files = Object.fromEntries(paths.map((path) => [basename(path), path]));
    for (const { id } of windows) await this.control.knowFiles(id, files);
  }

  /** Polls what the double tells until it is as wanted: it says nothing by itself. */
  async until(wanted: (state: Awaited<ReturnType<Control["state"]>>) => boolean, patience = 20_000) {
    const deadline = Date.now() + patience;
    for (;;) {
      const state = await this.control.state();
      if (wanted(state)) return state;
      if (Date.now() > deadline) throw new Error(`it did not come to that: ${JSON.stringify(state, null, 1)}`);
      await new Promise((passed) => setTimeout(passed, 30));
    }
  }

  /** The page of a window, when it has shown the product's frame. */
  async page(windowId?: number): Promise<Page> {
    for (;;) {
      const page = await this.anyPage(windowId);
      // A window whose page has crashed has another one now.
      const shown = await page
        .getByRole("banner", { includeHidden: true })
        .waitFor()
        .then(
          () => true,
          (error: unknown) => {
            if (page.isClosed()) return false;
            throw error;
          },
        );
      if (shown) return page;
    }
  }

  /** The page of a window, whatever it shows. */
  async anyPage(windowId?: number): Promise<Page> {
    for (;;) {
      const { windows } = await this.until((state) =>
        state.windows.some(({ id, url }) => url !== "" && (windowId ?? id) === id),
      );
      const page = await this.#pageOf(windows.find(({ id, url }) => url !== "" && (windowId ?? id) === id)!.target);
      if (page !== null) return page;
      await new Promise((passed) => setTimeout(passed, 20));
    }
  }

  async #pageOf(target: string): Promise<Page | null> {
    for (const page of this.#browser?.contexts().flatMap((context) => context.pages()) ?? []) {
      const session = await page
        .context()
        .newCDPSession(page)
        .catch(() => null);
      const info = await session?.send("Target.getTargetInfo").catch(() => null);
      await session?.detach().catch(() => {});
      if (info?.targetInfo.targetId === target) return page;
    }
    return null;
  }
}

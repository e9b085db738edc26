/** A small app on the double of Electron, whose main process runs functions of a test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import type * as Electron from "electron";
import type { Browser } from "playwright-core";
import { DesktopApp } from "#test/product/electron.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

/** As Electron declares it, so that these functions would run on Electron as well. They see nothing of the test around them. */
export type InMain<Given, Value> = (electron: typeof Electron, given: Given) => Value;

export type Start = {
  /** Runs in the first turn, before Electron is ready. */
  first?: InMain<null, unknown>;
  /** The browser and its address; without one there are no windows. */
  chromium?: { url: string; browser: Browser };
  computer?: object;
  args?: readonly string[];
  folder?: TemporaryFolder;
};

const folderOf = (path: string) => resolve(import.meta.dirname, path);

export class AppOnDouble implements AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly #control: string;
  readonly #chromium: Start["chromium"];
  readonly #ownsFolder: boolean;
  readonly #answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #last = 0;
  /** What {@link Start.first} returned. */
  readonly first: Promise<unknown>;

  constructor({ first, chromium, computer = {}, args = [], folder }: Start = {}) {
    this.folder = folder ?? new TemporaryFolder("small-app");
    this.#ownsFolder = folder === undefined;
    this.#chromium = chromium;
    this.#control = this.folder.in(`control-${Math.random().toString(36).slice(2)}`);
    const settings = { ...computer, browser: chromium?.url ?? null, control: this.#control };
    const register = folderOf("../../doubles/electron/register.ts");
    this.process = spawn(process.execPath, ["--import", register, folderOf("small-app.ts"), ...args], {
      cwd: this.folder.path,
      env: {
        ...process.env,
        HOME: this.folder.path,
        ELECTRON_DOUBLE: JSON.stringify(settings),
        ...(first === undefined ? {} : { SMALL_APP_FIRST: String(first) }),
      },
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    this.exited = once(this.process, "exit").then(([code]) => code as number | null);
    this.first = first === undefined ? Promise.resolve(null) : this.#answer(0);
    this.first.catch(() => {});
    this.process.on("message", ({ id, value, error }: { id: number; value?: unknown; error?: string }) => {
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error === undefined) answer?.resolve(value);
      else answer?.reject(new Error(error));
    });
    void this.exited.then(() => {
      for (const { reject } of this.#answers.values()) reject(new Error("the app has ended"));
      this.#answers.clear();
    });
  }

  /** Runs a function in main; what it returns crosses as JSON. */
  async main<Value, Given = null>(run: InMain<Given, Value>, given?: Given): Promise<Awaited<Value>> {
    const id = ++this.#last;
    const answer = this.#answer(id);
    this.process.send({ id, text: String(run), given: given ?? null });
    return (await answer) as Awaited<Value>;
  }

  /** What a test does to it from outside, and its pages. */
  async desktop(): Promise<DesktopApp> {
    return DesktopApp.of(this.#chromium?.browser ?? null, this.process, this.#control);
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exited;
    if (this.#ownsFolder) this.folder[Symbol.dispose]();
  }
}

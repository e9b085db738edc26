/** What reaches the app from outside its windows: links, folders dropped on its icon, words of a command line. It may come before anything is ready. */
import { resolve } from "node:path";
import { app } from "electron";
import type { WindowRequest } from "#shared/contract/app.ts";
import { linkScheme } from "#shared/deep-link.ts";
import { type AskedFor, askedFor } from "./arguments.ts";

export type OutsideActions = {
  /** Shows the window, and in it what was asked for. */
  request(request: WindowRequest): void;
  show(): void;
  newWindow(): void;
};

/** As many folders as the window takes at a time. */
const mostPaths = 50;

export class Outside {
  #actions: OutsideActions | null = null;
  readonly #early: WindowRequest[] = [];
  /** The first start asked to stay in the tray. */
  readonly startsHidden: boolean;

  /** Before the app is ready: on macOS what it was opened with is told before that. */
  constructor() {
    app.on("open-url", (event, url) => {
      event.preventDefault();
      this.link(url);
    });
    app.on("open-file", (event, path) => {
      event.preventDefault();
      this.paths([path]);
    });
    app.on("second-instance", (_event, argv, cwd) => {
      const asked = this.#read(argv, cwd);
      if (asked.newWindow) this.#actions?.newWindow();
      else if (asked.links.length + asked.paths.length === 0) this.#actions?.show();
    });
    this.startsHidden = this.#read(process.argv, process.cwd()).hidden || wasOpenedAtLogin();
  }

  /** What came so far is passed on now, and from now on everything at once. */
  serve(actions: OutsideActions): void {
    this.#actions = actions;
    for (const request of this.#early.splice(0)) actions.request(request);
  }

  link(url: string): void {
    this.#request({ type: "link", url: url.slice(0, 8192) });
  }

  paths(paths: readonly string[]): void {
    if (paths.length > 0) this.#request({ type: "dropped", paths: paths.slice(0, mostPaths) });
  }

  #read(argv: readonly string[], cwd: string): AskedFor {
    const asked = askedFor(argv, cwd, process.defaultApp === true);
    for (const url of asked.links) this.link(url);
    this.paths(asked.paths);
    return asked;
  }

  #request(request: WindowRequest): void {
    if (this.#actions === null) this.#early.push(request);
    else this.#actions.request(request);
  }
}

/** Links are the installed app's: a copy that somebody develops does not take them away from it. */
export function takeLinks(): void {
  if (!app.isPackaged) return;
  // Behind `--`, what a link says cannot be read as a switch.
  if (process.platform === "win32") app.setAsDefaultProtocolClient(linkScheme, resolve(process.execPath), ["--"]);
  else app.setAsDefaultProtocolClient(linkScheme);
}

/** macOS gives no words of ours to what it starts. */
function wasOpenedAtLogin(): boolean {
  return process.platform === "darwin" && app.getLoginItemSettings().wasOpenedAtLogin;
}

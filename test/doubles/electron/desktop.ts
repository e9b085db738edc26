/** What stands outside the windows: tray, notifications, dialogs, displays, colours, keychain and the system's shell. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { existsSync, statSync } from "node:fs";
import type {
  Dialog,
  NativeImage,
  NativeTheme,
  NotificationConstructorOptions,
  OpenDialogOptions,
  SafeStorage,
  Screen,
  Shell,
} from "electron";
import { HeldWeakly } from "./held-weakly.ts";
import type { Menu } from "./menu.ts";
import { noted } from "./noted.ts";
import { isReady, needsReady } from "./ready.ts";
import { settings } from "./settings.ts";
import { strict } from "./strict.ts";

export const nativeImage = strict("nativeImage", {
  /** "Creates a new NativeImage from a file located at path. This method returns an empty image if the path does not exist." */
  createFromPath: (path: string) =>
    strict("NativeImage", { path, isEmpty: () => !existsSync(path) || statSync(path).size === 0 }),
});
type Image = ReturnType<typeof nativeImage.createFromPath>;
({}) as Image satisfies { [Key in keyof Pick<NativeImage, "isEmpty">]: unknown };

export class Tray extends EventEmitter {
  static readonly all = new HeldWeakly<Tray>();
  image: Image;
  toolTip = "";
  title = "";
  menu: Menu | null = null;
  #destroyed = false;

  constructor(image: Image) {
    super();
    needsReady("Cannot create Tray before app is ready");
    if (image.isEmpty()) throw new Error(`Failed to load image from path '${image.path}'`);
    this.image = image;
    Tray.all.add(this);
  }

  setImage(image: Image): void {
    this.#alive();
    this.image = image;
  }
  setToolTip(text: string): void {
    this.#alive();
    this.toolTip = text;
  }
  setTitle(text: string): void {
    this.#alive();
    this.title = text;
  }
  setContextMenu(menu: Menu | null): void {
    this.#alive();
    this.menu = menu;
  }
  destroy(): void {
    this.#destroyed = true;
    Tray.all.delete(this);
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  #alive(): void {
    if (this.#destroyed) throw new TypeError("Tray is destroyed");
  }
}

export class Notification extends EventEmitter {
  /** "Unlike notifications created with `new Notification()`, notifications returned by `getHistory()` will remain visible … when the object is garbage collected." */
  static readonly shown = new HeldWeakly<Notification>();
  static #last = 0;
  readonly options: NotificationConstructorOptions;
  /** By which a test names it. */
  readonly number = ++Notification.#last;

  constructor(options: NotificationConstructorOptions = {}) {
    super();
    needsReady("Cannot create Notification before app is ready");
    this.options = options;
  }

  static isSupported(): boolean {
    return settings.notifications;
  }

  show(): void {
    Notification.shown.delete(this);
    Notification.shown.add(this);
    this.emit("show", {});
  }

  close(): void {
    if (Notification.shown.delete(this)) this.emit("close", { reason: "applicationHidden" });
  }
}

/** Answers that a test has given, taken one by one. A dialog that nobody answers is cancelled. */
export const answers: { canceled: boolean; filePaths: string[] }[] = [];
export const asked: OpenDialogOptions[] = [];

export const dialog = strict("dialog", {
  async showOpenDialog(...given: unknown[]) {
    needsReady("dialog module can only be used after app is ready");
    asked.push(given.at(-1) as OpenDialogOptions);
    return answers.shift() ?? { canceled: true, filePaths: [] };
  },
  /** "This API can be called safely before the `ready` event". */
  showErrorBox(title: string, content: string) {
    noted.errorBoxes.push({ title, content });
    console.error(`${title}: ${content}`);
  },
} satisfies Partial<Record<keyof Dialog, unknown>>);

export const shell = strict("shell", {
  async openExternal(url: string) {
    // Electron hands whatever it is given to the system; it is the app that has to look first.
    noted.opened.push(new URL(url).href);
  },
  showItemInFolder(path: string) {
    noted.revealed.push(path);
  },
} satisfies Partial<Shell>);

const displays = new EventEmitter();
export const shown = { displays: settings.displays };
export const screen = strict(
  "screen",
  Object.assign(displays, {
    getAllDisplays() {
      needsReady("The 'screen' module can't be used before the app 'ready' event");
      return structuredClone(shown.displays);
    },
  } satisfies Partial<Record<keyof Screen, unknown>>),
);

export const nativeTheme = strict(
  "nativeTheme",
  Object.assign(new EventEmitter(), { shouldUseDarkColors: settings.darkColours } satisfies Partial<NativeTheme>),
);

/** A key of this process: what it encrypts, another run cannot read, unless the test gives both the same. */
const key = process.env["ELECTRON_DOUBLE_KEY"]
  ? Buffer.from(process.env["ELECTRON_DOUBLE_KEY"], "hex")
  : randomBytes(32);
const needsKeychain = () => {
  needsReady("safeStorage cannot be used before app is ready");
  if (settings.keychain === "unknown") throw new Error("Encryption is not available");
};
export const safeStorage = strict("safeStorage", {
  // "`unknown` - When the function is called before app has emitted the `ready` event."
  getSelectedStorageBackend: () => (isReady() ? settings.keychain : "unknown"),
  isAsyncEncryptionAvailable: async () => isReady() && settings.keychain !== "unknown",
  async encryptStringAsync(text: string) {
    needsKeychain();
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, iv);
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  },
  async decryptStringAsync(sealed: Buffer) {
    needsKeychain();
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    return { result: text.toString("utf8"), shouldReEncrypt: false };
  },
} satisfies Partial<SafeStorage>);

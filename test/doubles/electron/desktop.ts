/** What stands outside the windows: tray, notifications, dialogs, displays, colours, keychain and the system's shell. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { existsSync, statSync } from "node:fs";
import type {
  Clipboard,
  Dialog,
  Notification as ElectronNotification,
  GlobalShortcut,
  MessageBoxOptions,
  MessageBoxReturnValue,
  NativeImage,
  NativeTheme,
  NotificationActionEventParams,
  NotificationCloseEventParams,
  NotificationConstructorOptions,
  OpenDialogOptions,
  SafeStorage,
  Screen,
  Shell,
} from "electron";
import { checkAccelerator } from "./accelerator.ts";
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
  /** How often each part was set, for tests that count. */
  readonly changes = { image: 0, toolTip: 0, title: 0, menu: 0 };
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
    this.changes.image += 1;
  }
  setToolTip(text: string): void {
    this.#alive();
    this.toolTip = text;
    this.changes.toolTip += 1;
  }
  setTitle(text: string): void {
    this.#alive();
    this.title = text;
    this.changes.title += 1;
  }
  setContextMenu(menu: Menu | null): void {
    this.#alive();
    this.menu = menu;
    this.changes.menu += 1;
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

  /** Buttons are there on macOS and Windows. "`actionIndex`: The index of the action that was activated." */
  act(actionIndex: number): void {
    if (this.options.actions?.[actionIndex] === undefined) throw new Error(`there is no button ${actionIndex}`);
    this.emit("action", { actionIndex, selectionIndex: -1 } satisfies NotificationActionEventParams);
  }

  /** What the person or the system takes away: "The reason the notification was closed". */
  vanish(reason: NonNullable<NotificationCloseEventParams["reason"]>): void {
    if (Notification.shown.delete(this)) this.emit("close", { reason });
  }

  close(): void {
    this.vanish("applicationHidden");
  }
}
Notification satisfies { isSupported(): boolean };
({}) as Notification satisfies { [Key in keyof Pick<ElectronNotification, "show" | "close">]: unknown };

/** Answers that a test has given, taken one by one. A dialog that nobody answers is cancelled. */
export const answers: { canceled: boolean; filePaths: string[] }[] = [];
export const asked: OpenDialogOptions[] = [];

/** The same for boxes with buttons: the label of the one that is clicked. A box without an answer stays open until {@link clickButton}. */
export const boxAnswers: string[] = [];
export const boxes: MessageBoxOptions[] = [];

const buttonsOf = new Map<number, (response: number) => void>();

function messageBox(options: MessageBoxOptions): Promise<MessageBoxReturnValue> {
  const { message, buttons = ["OK"], cancelId = 0, signal } = options;
  const number = boxes.push(options);
  return new Promise((resolve) => {
    const answer = (response: number) => {
      if (!buttonsOf.delete(number)) return;
      noted.questions = noted.questions.filter((each) => each.number !== number);
      resolve({ response, checkboxChecked: false });
    };
    noted.questions.push({ number, message, buttons });
    buttonsOf.set(number, answer);
    signal?.addEventListener("abort", () => answer(cancelId), { once: true });
    const given = boxAnswers.shift();
    if (given !== undefined) clickButton(given);
  });
}

/** What a person clicks in the message box that is open. */
export function clickButton(label: string): void {
  const found = noted.questions.find(({ buttons }) => buttons.includes(label));
  if (found === undefined) throw new Error(`no message box with "${label}": ${JSON.stringify(noted.questions)}`);
  buttonsOf.get(found.number)?.(found.buttons.indexOf(label));
}

export const dialog = strict("dialog", {
  async showOpenDialog(...given: unknown[]) {
    needsReady("dialog module can only be used after app is ready");
    asked.push(given.at(-1) as OpenDialogOptions);
    return answers.shift() ?? { canceled: true, filePaths: [] };
  },
  /** "resolves with … `response`: The index of the clicked button"; with a `signal` that is aborted "as if it was cancelled by the user". */
  async showMessageBox(...given: unknown[]) {
    needsReady("dialog module can only be used after app is ready");
    return messageBox(given.at(-1) as MessageBoxOptions);
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

export const clipboard = strict("clipboard", {
  readText: async () => noted.clipboard,
  async writeText(text: string) {
    noted.clipboard = text;
  },
} satisfies Partial<Clipboard>);

const pressed = new Map<string, () => void>();
export const globalShortcut = strict("globalShortcut", {
  /** "When the accelerator is already taken by other applications, this call will silently fail"; it answers false. */
  register(accelerator: string, callback: () => void) {
    needsReady("globalShortcut cannot be used before the app is ready");
    checkAccelerator(accelerator);
    if (settings.takenKeys.includes(accelerator) || pressed.has(accelerator)) return false;
    pressed.set(accelerator, callback);
    noted.globalShortcuts = [...pressed.keys()];
    return true;
  },
  unregister(accelerator: string) {
    pressed.delete(accelerator);
    noted.globalShortcuts = [...pressed.keys()];
  },
} satisfies Partial<GlobalShortcut>);

/** A person presses keys in another program. */
export function pressGlobal(accelerator: string): void {
  const callback = pressed.get(accelerator);
  if (callback === undefined) throw new Error(`nobody has registered ${accelerator}`);
  callback();
}

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

/** "Emitted when `newDisplay` has been added", removed, or "when one or more metrics change in a `display`". */
export function setDisplays(now: typeof shown.displays): void {
  const before = new Map(shown.displays.map((each) => [each.id, each]));
  const after = new Map(now.map((each) => [each.id, each]));
  shown.displays = now;
  for (const [id, display] of before) if (!after.has(id)) displays.emit("display-removed", {}, display);
  for (const [id, display] of after) {
    const known = before.get(id);
    if (known === undefined) displays.emit("display-added", {}, display);
    else if (JSON.stringify(known) !== JSON.stringify(display))
      displays.emit("display-metrics-changed", {}, display, ["bounds", "workArea", "scaleFactor"]);
  }
}

const theme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: settings.darkColours,
  shouldUseDarkColorsForSystemIntegratedUI: settings.darkColours,
}) satisfies EventEmitter & { [Key in keyof NativeTheme]?: unknown };
export const nativeTheme = strict("nativeTheme", theme);

/** "`updated`: Emitted when something in the underlying NativeTheme has changed." */
export function setDarkColours(dark: boolean): void {
  theme.shouldUseDarkColors = dark;
  theme.shouldUseDarkColorsForSystemIntegratedUI = dark;
  theme.emit("updated");
}

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

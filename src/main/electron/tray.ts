/** The tray: what runs and what needs the person at a glance, and the few things one wants without the window. */
import { join } from "node:path";
import { Menu, type NativeImage, nativeImage, nativeTheme, Tray } from "electron";
import { TrayLife } from "./tray-life.ts";
import type { TrayCommand, TrayEntry, TrayImage, TrayState } from "./tray-model.ts";

export class AppTray {
  readonly #folder: string;
  readonly #run: (command: TrayCommand) => void;
  readonly #tray: Tray;
  readonly #life: TrayLife;
  /** There are few, and each is read once. */
  readonly #images = new Map<string, NativeImage>();
  #image: TrayImage = "idle";

  constructor(iconsFolder: string, run: (command: TrayCommand) => void) {
    this.#folder = join(iconsFolder, "tray");
    this.#run = run;
    this.#tray = new Tray(this.#load());
    this.#tray.on("click", () => this.#run({ type: "show" }));
    // Only macOS lets things be dropped on it.
    this.#tray.on("drop-files", (_event, paths) => this.#run({ type: "dropped", paths }));
    this.#life = new TrayLife({
      setImage: (image) => {
        this.#image = image;
        this.#tray.setImage(this.#load());
      },
      setToolTip: (text) => this.#tray.setToolTip(text),
      setTitle: (text) => {
        if (process.platform === "darwin") this.#tray.setTitle(text);
      },
      setEntries: (entries) =>
        this.#tray.setContextMenu(Menu.buildFromTemplate(entries.map((each) => this.#item(each)))),
    });
    nativeTheme.on("updated", this.#themeChanged);
  }

  update(state: TrayState): void {
    this.#life.update(state);
  }

  destroy(): void {
    nativeTheme.off("updated", this.#themeChanged);
    this.#life.end();
    this.#tray.destroy();
  }

  readonly #themeChanged = () => this.#tray.setImage(this.#load());

  #load(): NativeImage {
    const name = imageFile(this.#image);
    const image = this.#images.get(name) ?? nativeImage.createFromPath(join(this.#folder, name));
    this.#images.set(name, image);
    return image;
  }

  #item(entry: TrayEntry): Electron.MenuItemConstructorOptions {
    if (entry === "separator") return { type: "separator" };
    const { label, command } = entry;
    return command === null ? { label, enabled: false } : { label, click: () => this.#run(command) };
  }
}

/**
 * macOS colours a template image itself. Windows says how its task bar is, and wants every size in one file. A panel of Linux may be dark under a light
 * theme: grey can be read on both.
 */
function imageFile(image: TrayImage): string {
  if (process.platform === "darwin") return `${image}Template.png`;
  if (process.platform === "win32") {
    return `${image}-${nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? "light" : "dark"}.ico`;
  }
  return `${image}-${nativeTheme.shouldUseDarkColors ? "light" : "grey"}.png`;
}

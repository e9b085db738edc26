/** Dock and task bar: how much is unseen, what needs the person, how far jobs are. Every window shows it, also one that is made later. */
import { join } from "node:path";
import { app, BrowserWindow, type NativeImage, nativeImage } from "electron";
import type { Attention, JobProgress } from "../desktop.ts";
import { imageOf } from "./tray-model.ts";

export class TaskBar {
  readonly #icons: string;
  readonly #overlays = new Map<string, NativeImage>();
  #attention: Attention = { running: 0, needsYou: 0, asking: 0, failed: 0, unseen: 0, active: [] };
  #progress: JobProgress | null = null;

  constructor(iconsFolder: string) {
    this.#icons = join(iconsFolder, "overlay");
    app.on("browser-window-created", (_event, window) => this.#show(window));
  }

  setAttention(attention: Attention): void {
    const before = this.#attention;
    this.#attention = attention;
    if (before.unseen !== attention.unseen) app.setBadgeCount(attention.unseen);
    if (overlayOf(before).description === overlayOf(attention).description) return;
    for (const window of BrowserWindow.getAllWindows()) this.#showOverlay(window);
  }

  setProgress(progress: JobProgress | null): void {
    this.#progress = progress;
    for (const window of BrowserWindow.getAllWindows()) this.#showProgress(window);
  }

  #show(window: BrowserWindow): void {
    this.#showOverlay(window);
    this.#showProgress(window);
  }

  /** Only Windows has overlays; elsewhere the badge's number has to do. */
  #showOverlay(window: BrowserWindow): void {
    if (process.platform !== "win32") return;
    const { image, description } = overlayOf(this.#attention);
    window.setOverlayIcon(image === null ? null : this.#load(image), description);
  }

  /** Below 0 is none, above 1 is "nobody knows how far". */
  #showProgress(window: BrowserWindow): void {
    const part = this.#progress === null ? -1 : (this.#progress.part ?? 2);
    window.setProgressBar(part, { mode: part < 0 ? "none" : part > 1 ? "indeterminate" : "normal" });
  }

  #load(name: string): NativeImage {
    const image = this.#overlays.get(name) ?? nativeImage.createFromPath(join(this.#icons, `${name}.png`));
    this.#overlays.set(name, image);
    return image;
  }
}

/** The tray's signs, where they ask for something. */
function overlayOf(attention: Attention): { image: "needs" | "failed" | null; description: string } {
  const { asking, failed } = attention;
  const image = imageOf(attention);
  if (image === "needs") return { image, description: asking === 1 ? "1 needs you" : `${asking} need you` };
  return image === "failed" ? { image, description: `${failed} failed` } : { image: null, description: "" };
}

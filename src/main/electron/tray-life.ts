/**
 * A tray's life: it is told only what has changed, and not more often than anybody can read, since each change goes to another process of the
 * desktop. Knows nothing of Electron.
 */
import { type TrayEntry, type TrayImage, type TrayState, trayModel } from "./tray-model.ts";

export type TrayFace = {
  setImage(image: TrayImage): void;
  setToolTip(text: string): void;
  setTitle(text: string): void;
  setEntries(entries: readonly TrayEntry[]): void;
};

/** Between two changes, in ms. */
const restMs = 250;

export class TrayLife {
  readonly #face: TrayFace;
  #state: TrayState | null = null;
  #shown: Record<"image" | "toolTip" | "title" | "entries", string> = {
    image: "",
    toolTip: "",
    title: "",
    entries: "",
  };
  #rest: NodeJS.Timeout | undefined;
  #late = false;
  #pauseEnds: NodeJS.Timeout | undefined;

  constructor(face: TrayFace) {
    this.#face = face;
  }

  update(state: TrayState): void {
    this.#state = state;
    if (this.#rest !== undefined) {
      this.#late = true;
      return;
    }
    this.#show();
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      if (!this.#late) return;
      this.#late = false;
      if (this.#state !== null) this.update(this.#state);
    }, restMs);
  }

  end(): void {
    clearTimeout(this.#rest);
    clearTimeout(this.#pauseEnds);
    this.#state = null;
    this.#late = false;
  }

  #show(): void {
    if (this.#state === null) return;
    this.#awaitPauseEnd(this.#state.pausedUntil);
    const { image, toolTip, title, entries } = trayModel(this.#state, Date.now());
    this.#tell("image", image, () => this.#face.setImage(image));
    this.#tell("toolTip", toolTip, () => this.#face.setToolTip(toolTip));
    this.#tell("title", title, () => this.#face.setTitle(title));
    this.#tell("entries", JSON.stringify(entries), () => this.#face.setEntries(entries));
  }

  #tell(part: "image" | "toolTip" | "title" | "entries", now: string, tell: () => void): void {
    if (this.#shown[part] === now) return;
    this.#shown[part] = now;
    tell();
  }

  /** Nobody says when a pause is over: it is a time, and passes. */
  #awaitPauseEnd(pausedUntil: string | null): void {
    clearTimeout(this.#pauseEnds);
    this.#pauseEnds = undefined;
    const left = pausedUntil === null ? 0 : Date.parse(pausedUntil) - Date.now();
    if (left <= 0) return;
    this.#pauseEnds = setTimeout(() => this.#state && this.update(this.#state), left + 1);
  }
}

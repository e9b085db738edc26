/** The tray: what runs and what is new at a glance, and the few things one wants without the window. */
import { Menu, nativeImage, Tray } from "electron";
import type { Attention } from "../desktop.ts";

export type TrayState = Attention & { pausedUntil: string | null };

export type TrayActions = {
  show(): void;
  newWorkspace(): void;
  dropped(paths: readonly string[]): void;
  /** Minutes; 0 ends a pause. */
  pauseNotifications(minutes: number): void;
  quit(): void;
};

export class AppTray {
  readonly #tray: Tray;
  readonly #actions: TrayActions;

  constructor(icon: string, actions: TrayActions) {
    const image = nativeImage.createFromPath(icon);
    this.#tray = new Tray(image);
    this.#actions = actions;
    this.#tray.on("click", () => this.#actions.show());
    // Only macOS lets things be dropped on it.
    this.#tray.on("drop-files", (_event, files) => this.#actions.dropped(files));
  }

  update(state: TrayState): void {
    const { running, needsYou, unseen, pausedUntil } = state;
    const need = needsYou === 1 ? "1 needs you" : `${needsYou} need you`;
    const summary = [`${running} running`, needsYou > 0 && need, unseen > 0 && `${unseen} new`]
      .filter(Boolean)
      .join(" · ");
    this.#tray.setToolTip(`Cellar: ${summary}`);
    if (process.platform === "darwin") this.#tray.setTitle(needsYou > 0 ? String(needsYou) : "");
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: summary, enabled: false },
        { type: "separator" },
        { label: "Show Cellar", click: () => this.#actions.show() },
        { label: "New workspace…", click: () => this.#actions.newWorkspace() },
        pausedUntil === null
          ? { label: "Pause notifications for an hour", click: () => this.#actions.pauseNotifications(60) }
          : { label: "Resume notifications", click: () => this.#actions.pauseNotifications(0) },
        { type: "separator" },
        { label: "Quit (terminals go on)", click: () => this.#actions.quit() },
      ]),
    );
  }

  destroy(): void {
    this.#tray.destroy();
  }
}

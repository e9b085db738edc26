/** The tray: what runs and what is new at a glance, and the few things one wants without the window. */
import { Menu, nativeImage, Tray } from "electron";

export type TrayState = { running: number; unseen: number; pausedUntil: string | null };

export type TrayActions = {
  show(): void;
  newWorkspace(): void;
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
  }

  update(state: TrayState): void {
    const { running, unseen, pausedUntil } = state;
    const summary = `${running} running${unseen > 0 ? ` · ${unseen} new` : ""}`;
    this.#tray.setToolTip(`Cellar: ${summary}`);
    if (process.platform === "darwin") this.#tray.setTitle(unseen > 0 ? String(unseen) : "");
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

/** When what is behind the windows cannot be started: the recovery window instead of them. What is chosen there begins with a new start. */
import { join } from "node:path";
import { app, shell } from "electron";
import type { CellarPaths } from "#node/paths.ts";
import { Layouts } from "../app/index.ts";
import { RecoveryWindow } from "./recovery-window.ts";
import { relaunch } from "./relaunch.ts";
import { WindowState } from "./window-state.ts";

export type FailedStartParts = {
  paths: Pick<CellarPaths, "home" | "logs">;
  windowStateFile: string;
};

/** The window, shown already; the app ends with it. */
export function failedStart(why: string, { paths, windowStateFile }: FailedStartParts): RecoveryWindow {
  const startAgain = (how: { withoutExtensions?: true } = {}) => {
    relaunch(how);
    app.exit(1);
  };
  const recovery = new RecoveryWindow(
    async (choice) => {
      if (choice === "show-logs") return shell.showItemInFolder(join(paths.logs, "main.log"));
      if (choice === "quit") return app.exit(1);
      if (choice === "without-extensions") return startAgain({ withoutExtensions: true });
      if (choice === "reset-layout") {
        await new Layouts(paths.home).reset();
        new WindowState(windowStateFile).reset();
      }
      startAgain();
    },
    () => app.exit(1),
  );
  recovery.show({ of: "start", why });
  return recovery;
}

/** Updates, which wait for terminals and ask the desktop to quit. */
import { join } from "node:path";
import { isPacked, ownDescription } from "#node/installation.ts";
import type { Ground } from "../ground.ts";
import { finalStates, type TerminalService } from "../terminals/index.ts";
import { installationOf } from "./installation.ts";
import { Updates } from "./service.ts";

export function composeUpdates(
  { paths, desktop, version, settings, failed, endings }: Ground,
  terminals: TerminalService,
): Updates {
  const { updates: built } = ownDescription();
  const updates = new Updates({
    version,
    folder: join(paths.home, "updates"),
    installation: installationOf({
      platform: process.platform,
      arch: process.arch,
      // What the command line serves to a browser is not the app that a new version would replace.
      packed: isPacked && desktop.face === "electron",
      env: process.env,
      pid: process.pid,
    }),
    feed: () => settings.settings.updateFeed || (built?.feed ?? ""),
    publicKey: built?.publicKey ?? "",
    channel: () => settings.settings.updateChannel,
    running: () => [...terminals.terminals.values()].filter(({ state }) => !finalStates.has(state)).length,
    quit: () => setImmediate(() => desktop.quit()),
    failed,
  });
  endings.add(() => updates.stop());
  return updates;
}

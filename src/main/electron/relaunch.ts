/** Starting the app once more when it has ended, with or without what a person has added to it. */
import { app } from "electron";

/** On the command line: leave the person's own agent programs, providers and manifests alone. */
const flag = "--without-extensions";

export const startedWithoutExtensions = process.argv.includes(flag);

/** Takes effect when the app ends. */
export function relaunch({ withoutExtensions = false }: { withoutExtensions?: boolean } = {}): void {
  const usual = process.argv.slice(1).filter((word) => word !== flag);
  app.relaunch({ args: withoutExtensions ? [...usual, flag] : usual });
}

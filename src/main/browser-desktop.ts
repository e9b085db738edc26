/** The desktop as browser mode has it: links go to the system, everything else is the browser's own affair. */
import { openExternally } from "#node/open-externally.ts";
import { Failure } from "#shared/failure.ts";
import type { Desktop } from "./desktop.ts";
import { noKeychain } from "./keychain.ts";

export function browserDesktop(address: Promise<string>, quit: () => void): Desktop {
  const refuse = (what: string) => async () => {
    throw new Failure("unavailable", `${what} is not possible in the browser`);
  };
  return {
    face: "browser",
    keychain: noKeychain("Cellar runs in the browser and cannot reach the system's keychain."),
    pickFolder: refuse("Choosing a folder with the system's dialog"),
    openWindow: () => address,
    openLink: openExternally,
    reveal: refuse("Showing a file in the file manager"),
    notify: () => false,
    setAttention: () => {},
    clipboardText: refuse("Reading the clipboard for a page"),
    system: {
      state: { globalShortcutProblem: null, openAtLoginProblem: null, screenReader: false },
      onChange: () => () => {},
    },
    quit,
  };
}

/** The desktop as browser mode has it: links go to the system, everything else is the browser's own affair. */
import { openExternally } from "#node/open-externally.ts";
import { Failure } from "#shared/failure.ts";
import type { Desktop } from "./desktop.ts";
import { noKeychain } from "./keychain.ts";

export function browserDesktop(address: Promise<string>, quit: () => void): Desktop {
  const no = (what: string) => (): never => {
    throw new Failure("unavailable", `${what} is not possible in the browser`);
  };
  const refuse = (what: string) => async () => no(what)();
  return {
    face: "browser",
    keychain: noKeychain("Cellar runs in the browser and cannot reach the system's keychain."),
    pickFolder: refuse("Choosing a folder with the system's dialog"),
    windowFor: () => null,
    openWindow: () => address,
    newWindow: no("Opening a window of its own"),
    zoom: no("Zooming by the program"),
    windowUsable: () => {},
    windowFacts: () => {},
    openLink: openExternally,
    reveal: refuse("Showing a file in the file manager"),
    // Windows show them themselves, as far as the browser lets them.
    notify: () => ({ close: () => {} }),
    setAttention: () => {},
    setProgress: () => {},
    clipboardText: refuse("Reading the clipboard for a page"),
    system: {
      state: { globalShortcutProblem: null, openAtLoginProblem: null, screenReader: false },
      onChange: () => () => {},
    },
    quit,
  };
}

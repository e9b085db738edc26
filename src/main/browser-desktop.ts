/** The desktop as browser mode has it: links go to the system, everything else is the browser's own affair. */
import { spawn } from "node:child_process";
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
    quit,
  };
}

const openers: Partial<Record<NodeJS.Platform, (link: string) => [string, ...string[]]>> = {
  darwin: (link) => ["open", link],
  win32: (link) => ["rundll32", "url.dll,FileProtocolHandler", link],
};

/** Gives a checked link to the system. Rejects with `unavailable` where there is nothing to open it with. */
export async function openExternally(link: string): Promise<void> {
  const [command, ...args] = openers[process.platform]?.(link) ?? ["xdg-open", link];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    child.once("error", () => {
      reject(new Failure("unavailable", `${command} is not there to open links`, { hint: "Open the link by hand." }));
    });
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}

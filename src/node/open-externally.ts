/** Links for the system to open, with whatever the person has for them. */
import { spawn } from "node:child_process";
import { Failure } from "#shared/failure.ts";

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

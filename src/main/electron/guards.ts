/** What a page of ours may never do, whatever runs in it: leave its origin, open windows, embed others, or be granted a permission it has no use for. */
import { app, type Session } from "electron";
import { windowOfAddress } from "./window-address.ts";

/** Electron calls the Web Clipboard's write and the Notification API permissions; the window copies text and nothing more. */
const granted = new Set(["clipboard-sanitized-write"]);

export function guardEverything(openLink: (url: string) => void): void {
  app.on("web-contents-created", (_created, contents) => {
    contents.on("will-navigate", (event) => {
      if (!staysIn(contents.getURL(), event.url)) event.preventDefault();
    });
    contents.on("will-redirect", (event) => {
      if (!staysIn(contents.getURL(), event.url)) event.preventDefault();
    });
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      openLink(url);
      return { action: "deny" };
    });
  });
}

export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(isOwn(contents.getURL()) && granted.has(permission));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => isOwn(origin) && granted.has(permission));
  session.setDevicePermissionHandler(() => false);
}

/** Whether an address is a page of ours. */
export function isOwn(url: string): boolean {
  return windowOfAddress(url) !== null;
}

/** Every window has an origin of its own, and stays there. */
function staysIn(from: string, to: string): boolean {
  return isOwn(to) && windowOfAddress(from) === windowOfAddress(to);
}

/**
 * Who may do what in a page. "Most web APIs do a permission check and then make a permission request if the check is denied": here both handlers are
 * asked before a page runs, because the browser asks nobody later, and the browser grants what both of them grant.
 */
import { browser } from "./browser.ts";
import { handlers } from "./session.ts";

/** Permissions of Electron's handlers and the browser's names of them. */
const permissions = [
  { name: "notifications", browser: { name: "notifications" } },
  { name: "geolocation", browser: { name: "geolocation" } },
  { name: "clipboard-sanitized-write", browser: { name: "clipboard-write", allowWithoutSanitization: false } },
  { name: "clipboard-read", browser: { name: "clipboard-read" } },
  { name: "media", browser: { name: "camera" } },
  { name: "media", browser: { name: "microphone" } },
] as const;
export type Permission = (typeof permissions)[number]["name"];

/** What each handler says; without one Electron grants. A request that is not answered at once is refused. */
export function answersOf(contents: object, name: Permission, url: string): { check: boolean; request: boolean } {
  const { check, request } = handlers;
  let answer = request === null;
  request?.(
    contents as never,
    name,
    (granted) => {
      answer = granted;
    },
    { requestingUrl: url, isMainFrame: true },
  );
  const details = { requestingUrl: url, isMainFrame: true, securityOrigin: url } as never;
  return { check: check === null || check(contents as never, name, originOf(url), details), request: answer };
}

/** Whether a page is given a device that a person has once chosen for it; without a handler what was chosen holds. */
export function deviceAnswerOf(deviceType: "hid" | "serial" | "usb", url: string): boolean {
  return handlers.device === null || handlers.device({ deviceType, origin: originOf(url), device: {} as never });
}

export async function decidePermissions(contents: object, origin: string, url: string): Promise<void> {
  const answers = permissions.map(({ name, browser: permission }) => ({
    permission,
    ...answersOf(contents, name, url),
  }));
  for (const { permission, check, request } of answers) {
    await browser()
      .session.send("Browser.setPermission", { permission, setting: check && request ? "granted" : "denied", origin })
      .catch(() => {});
  }
}

/** As Chromium writes the origin of a scheme that it knows: with a slash at its end. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/`;
}

/**
 * The addresses of windows. Each window has a host of its own: to Chromium they are pages of several origins, which may not read each other, and
 * whose zoom is each one's own (docs/api/web-contents.md: "Differentiating the window URLs will make zoom work per-window").
 */
import { mainWindow, queryOfWindow, type WindowKey, windowKeyPattern } from "#shared/windows.ts";

export const windowScheme = "cellar-window";
const mainHost = "app";
const recoveryHost = "recovery";

export const recoveryAddress = `${windowScheme}://${recoveryHost}/`;

export function addressOf(window: WindowKey): string {
  return `${windowScheme}://${window === mainWindow ? mainHost : window}/${queryOfWindow(window)}`;
}

/** The window whose page this is; null for any other address. */
export function windowOfAddress(address: string): WindowKey | null {
  const host = hostOf(address);
  if (host === mainHost) return mainWindow;
  return host !== null && host !== mainWindow && windowKeyPattern.test(host) ? host : null;
}

export function isRecovery(address: string): boolean {
  return hostOf(address) === recoveryHost;
}

function hostOf(address: string): string | null {
  const url = URL.parse(address);
  return url?.protocol === `${windowScheme}:` && url.port === "" && url.username === "" ? url.hostname : null;
}

/** The browser whose pages are the windows. */
import { type BrowserContext, type CDPSession, chromium } from "playwright-core";
import { life } from "./app.ts";
import { settings } from "./settings.ts";

export type Browser = { context: BrowserContext; session: CDPSession };

let connected: Browser | null = null;

life.prepare = async () => {
  const browser = await chromium.connectOverCDP(settings.browser);
  connected = { context: browser.contexts()[0]!, session: await browser.newBrowserCDPSession() };
};

export function browser(): Browser {
  if (connected === null) throw new Error("the browser is not connected");
  return connected;
}

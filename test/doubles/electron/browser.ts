/** The browser whose pages are the windows. */
import type { BrowserContext, CDPSession } from "playwright-core";
import { life } from "./app.ts";
import { settings } from "./settings.ts";

export type Browser = { context: BrowserContext; session: CDPSession };

let connected: Browser | null = null;

life.prepare = async () => {
  if (settings.browser === null) return;
  const { chromium } = await import("playwright-core");
  const browser = await chromium.connectOverCDP(settings.browser);
  connected = { context: browser.contexts()[0]!, session: await browser.newBrowserCDPSession() };
};

/** Tabs that are being closed: another one may come for the same address. */
const closing = new Set<string>();

/** Closes the tab that the browser opens by itself for an address. */
export async function closeTab(url: string): Promise<void> {
  const { session } = browser();
  for (let looks = 0; looks < 200; looks++) {
    const { targetInfos } = await session.send("Target.getTargets");
    const tab = targetInfos.find((each) => each.type === "page" && each.url === url && !closing.has(each.targetId));
    if (tab !== undefined) {
      closing.add(tab.targetId);
      return void (await session.send("Target.closeTarget", { targetId: tab.targetId }));
    }
    await new Promise((passed) => setTimeout(passed, 20));
  }
}

export function browser(): Browser {
  if (connected === null) throw new Error("the browser is not connected");
  return connected;
}

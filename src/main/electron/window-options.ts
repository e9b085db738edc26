/** How a window is made: what its page may do, and the title bar that its platform's people expect. Without Electron, so that each platform's can be looked at. */
import type { BrowserWindowConstructorOptions, WebPreferences } from "electron";
import { smallestWindow } from "./placement.ts";

/** The height of the window's own top bar, `--bar-top` of its tokens. */
const topBarHeight = 36;

/** What a window is painted with until its page is there: the two values of `--surface-panel` of its tokens. */
export const surface = { light: "#fafbfc", dark: "#1b1e23" } as const;

/** What no page of ours can ever do. */
export const confined = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
} as const satisfies WebPreferences;

/** macOS: no bar of its own, the buttons in ours. Elsewhere the desktop's own bar, which is where its people look for the buttons and the menu. */
function titleBar(platform: NodeJS.Platform): BrowserWindowConstructorOptions {
  if (platform !== "darwin") return { autoHideMenuBar: true };
  return {
    titleBarStyle: "hiddenInset",
    // With the overlay the page is told where the buttons are, as `env(titlebar-area-x)`.
    titleBarOverlay: { height: topBarHeight },
    trafficLightPosition: { x: 12, y: 11 },
  };
}

export function windowOptions(
  platform: NodeJS.Platform,
  dark: boolean,
  preload: string,
  zoom: number,
): BrowserWindowConstructorOptions {
  return {
    ...titleBar(platform),
    title: "Cellar",
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    backgroundColor: dark ? surface.dark : surface.light,
    webPreferences: {
      preload,
      ...confined,
      // Where the system checks it. Elsewhere Chromium would fetch dictionaries from the network, and nothing of ours does that.
      spellcheck: platform === "darwin",
      zoomFactor: zoom,
      // A hidden window keeps its live lists; its terminals stop drawing by themselves.
      backgroundThrottling: true,
    },
  };
}

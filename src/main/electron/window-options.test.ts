import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { surface, windowOptions } from "./window-options.ts";

test("macOS has its buttons in the window's own top bar; elsewhere the desktop's bar is kept", () => {
  expect(windowOptions("darwin", true, "/preload", 1)).toMatchObject({
    titleBarStyle: "hiddenInset",
    titleBarOverlay: { height: 36 },
  });
  for (const platform of ["linux", "win32"] as const) {
    const options = windowOptions(platform, true, "/preload", 1);
    expect(options).not.toHaveProperty("titleBarStyle");
    expect(options).not.toHaveProperty("frame");
    expect(options.autoHideMenuBar).toBe(true);
  }
});

test("until its page is there it is painted in the page's own colour", () => {
  const tokens = readFileSync(new URL("../../renderer/ui/tokens.css", import.meta.url), "utf8");
  expect(tokens).toContain(`--surface-panel: light-dark(${surface.light}, ${surface.dark});`);
});

test("a page can do as little on every platform", () => {
  for (const platform of ["darwin", "linux", "win32"] as const) {
    expect(windowOptions(platform, false, "/preload", 1.25).webPreferences).toEqual({
      preload: "/preload",
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // Elsewhere the browser would fetch dictionaries.
      spellcheck: platform === "darwin",
      backgroundThrottling: true,
      zoomFactor: 1.25,
    });
  }
});

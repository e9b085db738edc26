/** `npm run icons`: draws the tray's images from `resources/icons/tray.svg` at every scale, and the app's icon from `cellar.svg`. What comes of it is committed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { launchChromium } from "#test/product/chromium.ts";
import { writeAppIcons } from "./packaging/icons.ts";

const folder = resolve(import.meta.dirname, "../resources/icons");
const svg = readFileSync(join(folder, "tray.svg"), "utf8");
/** Grey that is readable on light and dark panels; macOS gets black with alpha, a template image. */
const colours = { tray: "#8a919e", trayTemplate: "#000" };

const browser = await launchChromium();
for (const [name, colour] of Object.entries(colours)) {
  for (const scale of [1, 2, 3]) {
    const page = await browser.newPage({ viewport: { width: 16, height: 16 }, deviceScaleFactor: scale });
    await page.setContent(`<style>*{margin:0}svg{display:block;width:16px}</style>${svg.replaceAll("#000", colour)}`);
    const suffix = scale === 1 ? "" : `@${scale}x`;
    writeFileSync(join(folder, `${name}${suffix}.png`), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
}
await writeAppIcons(browser, readFileSync(join(folder, "cellar.svg"), "utf8"), join(folder, "app"));
await browser.close();

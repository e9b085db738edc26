/** `npm run icons`: draws the tray's images at every scale and the app's icon, each from its SVG in `resources/icons`. What comes of it is committed. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { launchChromium } from "#test/product/chromium.ts";
import { writeAppIcons } from "./packaging/icons.ts";
import { drawTrayIcons } from "./tray-icons.ts";

const folder = resolve(import.meta.dirname, "../resources/icons");
const browser = await launchChromium();
await drawTrayIcons(browser);
await writeAppIcons(browser, readFileSync(join(folder, "cellar.svg"), "utf8"), join(folder, "app"));
await browser.close();

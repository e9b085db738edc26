/** `npm run icons`: draws the images of `resources/icons` from their SVG at every scale. They are committed. */
import { launchChromium } from "#test/product/chromium.ts";
import { drawTrayIcons } from "./tray-icons.ts";

const browser = await launchChromium();
await drawTrayIcons(browser);
await browser.close();

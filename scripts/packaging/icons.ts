/** The app's icon for every desktop, from `resources/icons/cellar.svg`: PNG files for Linux, `icon.icns` for macOS, `icon.ico` for Windows. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { ico } from "../ico.ts";

export const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512] as const;
const windowsSizes = [16, 24, 32, 48, 64, 128, 256] as const;
/** Apple's names for a PNG of each size; `@2x` names say the same size for a screen twice as dense. */
const appleTypes: readonly [type: string, size: number][] = [
  ["icp4", 16],
  ["icp5", 32],
  ["ic11", 32],
  ["ic12", 64],
  ["ic07", 128],
  ["ic13", 256],
  ["ic08", 256],
  ["ic14", 512],
  ["ic09", 512],
  ["ic10", 1024],
];

export async function writeAppIcons(browser: Browser, svg: string, folder: string): Promise<void> {
  const images = new Map<number, Buffer>();
  for (const size of new Set([...linuxSizes, ...windowsSizes, ...appleTypes.map(([, each]) => each)])) {
    images.set(size, await drawn(browser, svg, size));
  }
  for (const size of linuxSizes) writeFileSync(join(folder, `${size}x${size}.png`), images.get(size)!);
  writeFileSync(join(folder, "icon.icns"), icns(appleTypes.map(([type, size]) => [type, images.get(size)!])));
  writeFileSync(join(folder, "icon.ico"), ico(windowsSizes.map((size) => [size, images.get(size)!])));
  writeFileSync(join(folder, "drawn-from.sha256"), `${drawingHash(svg)}\n`);
}

/** Kept beside the images, so that a test can tell that they were drawn after the last change. */
export function drawingHash(svg: string): string {
  return createHash("sha256").update(svg).digest("hex");
}

async function drawn(browser: Browser, svg: string, size: number): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  const image = await page.screenshot({ omitBackground: true });
  await page.close();
  return image;
}

/** A header, then each image with its type and length, big-endian. */
function icns(images: [type: string, png: Buffer][]): Buffer {
  const parts = images.map(([type, png]) => Buffer.concat([Buffer.from(type), uint32(png.length + 8), png]));
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from("icns"), uint32(body.length + 8), body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

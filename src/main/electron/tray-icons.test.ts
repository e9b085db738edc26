import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { trayImages } from "./tray-model.ts";

const folder = resolve(import.meta.dirname, "../../../resources/icons");
const read = (path: string) => readFileSync(join(folder, path));
const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Width and height of a PNG with an alpha channel. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  expect(png.subarray(12, 16).toString()).toBe("IHDR");
  expect(png.readUInt8(25), "colour type with alpha").toBe(6);
  expect(png.subarray(-8, -4).toString()).toBe("IEND");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

test("they were drawn from the SVG as it is now, and nobody has touched them since", () => {
  const written = JSON.parse(read("drawn.json").toString()) as { "tray.svg": string; drawn: Record<string, string> };
  expect(written["tray.svg"], "run npm run icons").toBe(digest(read("tray.svg")));
  const files = ["tray", "overlay"].flatMap((part) => readdirSync(join(folder, part)).map((file) => `${part}/${file}`));
  expect(Object.keys(written.drawn).sort()).toEqual(files.sort());
  for (const file of files) expect(digest(read(file)), file).toBe(written.drawn[file]);
});

test("every state has its own at every scale and for every panel", () => {
  const seen = new Set<string>();
  for (const state of trayImages) {
    for (const variant of ["-light", "-dark", "-grey", "Template"]) {
      for (const [suffix, size] of [
        ["", 16],
        ["@2x", 32],
        ["@3x", 48],
      ] as const) {
        const png = read(`tray/${state}${variant}${suffix}.png`);
        expect(sizeOf(png)).toEqual([size, size]);
        seen.add(digest(png));
      }
    }
  }
  expect(seen.size).toBe(trayImages.length * 4 * 3);
});

test.each(["needs", "failed"])("the overlay of the task bar says %s at every scale", (state) => {
  for (const [suffix, size] of [
    ["", 16],
    ["@2x", 32],
    ["@3x", 48],
  ] as const) {
    expect(sizeOf(read(`overlay/${state}${suffix}.png`))).toEqual([size, size]);
  }
});

test.each(trayImages.flatMap((state) => [`${state}-light`, `${state}-dark`]))(
  "%s.ico has every size of Windows",
  (name) => {
    const ico = read(`tray/${name}.ico`);
    const count = ico.readUInt16LE(4);
    const sizes = Array.from({ length: count }, (_, index) => {
      const at = 6 + 16 * index;
      const length = ico.readUInt32LE(at + 8);
      const offset = ico.readUInt32LE(at + 12);
      return sizeOf(ico.subarray(offset, offset + length))[0];
    });
    expect(sizes).toEqual([16, 20, 24, 32, 40, 48]);
  },
);

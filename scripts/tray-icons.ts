/**
 * The tray's images and the overlays of Windows's task bar, drawn from `resources/icons/tray.svg`. What was drawn from what is written beside them, so
 * that a test sees a drawing that was forgotten.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ico } from "./ico.ts";

const folder = resolve(import.meta.dirname, "../resources/icons");

const states = ["idle", "running", "needs", "failed"] as const;
type State = (typeof states)[number];

/** On macOS the system colours a template; for other panels the vault is light, dark, or grey where nobody knows. */
const variants = {
  "-light": { vault: "#e8ebf0", states: { running: "#7fb0ff", needs: "#ffc145", failed: "#ff7b72" } },
  "-dark": { vault: "#2b313b", states: { running: "#1f6feb", needs: "#9a5b00", failed: "#c62828" } },
  "-grey": { vault: "#8a919e", states: { running: "#4a8df0", needs: "#c98a1b", failed: "#e0554d" } },
  Template: { vault: "#000", states: { running: "#000", needs: "#000", failed: "#000" } },
};
type Colours = (typeof variants)["-light"];

/** Sizes of the task bar at 100 to 300 %. */
const icoSizes = [16, 20, 24, 32, 40, 48];
const scales = [1, 2, 3];

export async function drawTrayIcons(browser: Browser): Promise<void> {
  const page = await browser.newPage({ deviceScaleFactor: 1 });
  const svg = readFileSync(join(folder, "tray.svg"), "utf8");
  const drawn: Record<string, string> = {};
  const write = (path: string, bytes: Buffer) => {
    writeFileSync(join(folder, path), bytes);
    drawn[path] = digest(bytes);
  };
  for (const part of ["tray", "overlay"]) {
    rmSync(join(folder, part), { recursive: true, force: true });
    mkdirSync(join(folder, part));
  }
  for (const state of states) {
    for (const [variant, colours] of Object.entries(variants)) {
      const style = styleOf(state, colours);
      for (const scale of scales) {
        write(`tray/${state}${variant}${suffixOf(scale)}.png`, await draw(page, svg, style, 16 * scale));
      }
      if (variant !== "-light" && variant !== "-dark") continue;
      const sizes: [number, Buffer][] = [];
      for (const size of icoSizes) sizes.push([size, await draw(page, svg, style, size)]);
      write(`tray/${state}${variant}.ico`, ico(sizes));
    }
    if (state !== "needs" && state !== "failed") continue;
    const style = `${styleOf(state, variants["-dark"])} #vault-cut { display: none }`;
    for (const scale of scales) {
      // The sign alone, in the middle and as large as the square.
      const centred = svg.replace('viewBox="0 0 16 16"', 'viewBox="7 7 9.5 9.5"');
      write(`overlay/${state}${suffixOf(scale)}.png`, await draw(page, centred, style, 16 * scale));
    }
  }
  await page.close();
  writeFileSync(join(folder, "drawn.json"), `${JSON.stringify({ "tray.svg": digest(svg), drawn }, null, 2)}\n`);
}

function styleOf(state: State, { vault, states: colours }: Colours): string {
  const hidden = states.filter((each) => each !== state).map((each) => `#state-${each}`);
  const sign = state === "idle" ? "" : `#state-${state} { fill: ${colours[state]}; stroke: ${colours[state]} }`;
  return `svg { color: ${vault} } ${hidden.join(", ")}, #vault-${state === "idle" ? "cut" : "whole"} { display: none } ${sign} #state-failed { fill: none }`;
}

async function draw(page: Page, svg: string, style: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>* { margin: 0 } svg { display: block; width: ${size}px; height: ${size}px } ${style}</style>${svg}`,
  );
  return page.screenshot({ omitBackground: true });
}

function suffixOf(scale: number): string {
  return scale === 1 ? "" : `@${scale}x`;
}

function digest(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

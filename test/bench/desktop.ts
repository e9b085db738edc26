/** The desktop app on the double of Electron: start to window and to usable, and how long main's event loop is blocked meanwhile and later. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { call } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually } from "#test/product/processes.ts";
import { type Figure, median } from "./figure.ts";
import type { LoopBlock } from "./loop-delay.ts";

const starts = 5;
const terminals = 100;
const seconds = 5;
const mostBlocked = 50;

export async function measureDesktop(): Promise<Figure[]> {
  const windows: number[] = [];
  const usable: number[] = [];
  const blocked: LoopBlock[] = [];
  let later: { crowd: LoopBlock; flood: LoopBlock } | null = null;
  for (let run = 0; run < starts; run++) {
    await using desktop = await Desktop.open();
    const loop = new Loop(desktop);
    const clicked = performance.now();
    const app = await desktop.start();
    await app.until((state) => state.windows.some(({ visible }) => visible));
    windows.push(performance.now() - clicked);
    const page = await app.page();
    // What it shows first is asked over the contract.
    await page.getByRole("button", { name: "Skip" }).first().waitFor();
    usable.push(performance.now() - clicked);
    blocked.push(await loop.blocked(app));
    if (run === starts - 1) later = await measureLater(desktop, app, loop);
  }
  const block = (when: string, { blockedMs, withWaitingMs, atWorkMs }: LoopBlock): Figure => ({
    name: `main's event loop, longest block ${when}`,
    value: blockedMs,
    unit: "ms",
    budget: { at: "most", value: mostBlocked },
    note: `${withWaitingMs.toFixed(0)} ms with waiting for a processor; at work for at most ${atWorkMs.toFixed(0)} ms of a block`,
  });
  const started = {
    blockedMs: median(blocked.map(({ blockedMs }) => blockedMs)),
    withWaitingMs: median(blocked.map(({ withWaitingMs }) => withWaitingMs)),
    atWorkMs: median(blocked.map(({ atWorkMs }) => atWorkMs)),
  };
  return [
    { name: "desktop: click to window, p50", value: median(windows), unit: "ms", note: "on the double of Electron" },
    { name: "desktop: click to usable, p50", value: median(usable), unit: "ms" },
    block("while it starts, p50", started),
    block(`while ${terminals} terminals are opened and run`, later!.crowd),
    block("while a terminal floods its window", later!.flood),
  ];
}

async function measureLater(
  desktop: Desktop,
  app: DesktopApp,
  loop: Loop,
): Promise<{ crowd: LoopBlock; flood: LoopBlock }> {
  const flood = await call(desktop, "terminals.create", {
    name: "flood",
    command: "read -r go; exec yes 'the quick brown fox jumps over the lazy dog'",
  });
  const page = await app.page();
  await page.getByRole("button", { name: "Skip" }).first().click();
  await page.getByRole("treeitem", { name: /flood/ }).click();
  await page.getByRole("textbox", { name: "Terminal input" }).last().waitFor({ state: "attached" });
  await loop.blocked(app);
  await call(desktop, "terminals.write", { id: flood.id, text: "\n" });
  await passed(seconds);
  const flooding = await loop.blocked(app);
  await call(desktop, "terminals.kill", { id: flood.id, force: true });

  await loop.blocked(app);
  const command = "while :; do date; sleep 1; done";
  for (let count = 0; count < terminals; count++) await call(desktop, "terminals.create", { command });
  await passed(seconds);
  return { flood: flooding, crowd: await loop.blocked(app) };
}

/** Asks the app's main how long its event loop was blocked. */
class Loop {
  readonly #path: string;

  constructor(desktop: Desktop) {
    this.#path = join(desktop.folder.path, "loop");
    desktop.preloads.push(join(import.meta.dirname, "loop-delay.ts"));
    desktop.more["CELLAR_BENCH_LOOP"] = this.#path;
  }

  /** Since it was asked last. */
  async blocked(app: DesktopApp): Promise<LoopBlock> {
    rmSync(this.#path, { force: true });
    app.process.kill("SIGWINCH");
    await eventually(
      () => existsSync(this.#path),
      (there) => there,
    );
    return JSON.parse(readFileSync(this.#path, "utf8")) as LoopBlock;
  }
}

function passed(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time * 1000));
}

/** What main still holds after very many windows: the built main on the double of Electron, with real pages. `CELLAR_BENCH_WINDOWS` says how many. */
import { call } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import type { Figure } from "./figure.ts";

/** So many are open at the same time, beside the first. */
const atOnce = 5;

export async function measureWindows(): Promise<Figure[]> {
  const wanted = Number(process.env["CELLAR_BENCH_WINDOWS"] ?? 1000);
  await using desktop = await Desktop.open();
  const app = await desktop.start();
  await app.page();
  await call(desktop, "settings.change", { firstRunDone: true });
  for (let n = 0; n < 2; n++) await openAndClose(app);
  const before = await settled(app);
  let opened = 0;
  for (; opened < wanted; opened += atOnce) await openAndClose(app);
  const after = await settled(app);
  const kept = (name: string, now: number, then: number): Figure => ({
    name: `${name} that main still holds after ${opened} windows`,
    value: now - then,
    unit: "",
    budget: { at: "most", value: 0 },
  });
  return [
    kept("listeners", sum(after.listeners), sum(before.listeners)),
    kept("ports", after.ports, before.ports),
    kept("subscriptions", after.subscriptions, before.subscriptions),
    kept("windows", after.windowObjects, before.windowObjects),
    {
      name: `main's heap, more for each of ${opened} windows`,
      value: (after.heapUsed - before.heapUsed) / 1024 / opened,
      unit: "KiB",
      budget: { at: "most", value: 2 },
    },
  ];
}

async function openAndClose(app: DesktopApp): Promise<void> {
  for (let n = 0; n < atOnce; n++) await app.control.clickMenu("New window");
  const { windows } = await app.until(
    (state) => state.windows.length === atOnce + 1 && state.windows.every(({ url }) => url !== ""),
  );
  for (const { id } of windows.slice(1)) await app.page(id);
  for (const { id } of windows.slice(1)) await app.control.closeWindow(id);
  await app.until((state) => state.windows.length === 1);
}

/** The same twice: what the last window held has been let go of. */
async function settled(app: DesktopApp) {
  for (;;) {
    const one = await app.control.handles();
    const other = await app.control.handles();
    if (one.subscriptions === other.subscriptions && one.ports === other.ports) return other;
  }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

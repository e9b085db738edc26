/** Where the window was, kept beside the settings and clamped to the displays that are there now. */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

export type Rectangle = { x: number; y: number; width: number; height: number };

const windowState = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowState>;

export const smallestWindow = { width: 640, height: 480 };

export function readWindowState(path: string): WindowState | null {
  try {
    const read = windowState.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return read.success ? read.data : null;
  } catch {
    // A window that opens in its usual place is all that a lost file costs.
    return null;
  }
}

export function writeWindowState(path: string, state: WindowState): void {
  writeFileSync(path, JSON.stringify(state), { mode: 0o600 });
}

/** `bounds` if at least a title bar's worth of it is on a display, else null: the window would open where nobody can reach it. */
export function visibleBounds(bounds: Rectangle, workAreas: readonly Rectangle[]): Rectangle | null {
  const reachable = workAreas.some((area) => {
    const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
    return across >= 100 && bounds.y >= area.y - 8 && bounds.y <= area.y + area.height - 40;
  });
  if (!reachable) return null;
  return {
    ...bounds,
    width: Math.max(bounds.width, smallestWindow.width),
    height: Math.max(bounds.height, smallestWindow.height),
  };
}

/** How the computer is that the double stands on: the test says it in `ELECTRON_DOUBLE`, as JSON. */
import { z } from "zod";

const rectangle = z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export const displayFacts = z.strictObject({
  id: z.number(),
  bounds: rectangle,
  workArea: rectangle,
  scaleFactor: z.number(),
});
export type DisplayFacts = z.infer<typeof displayFacts>;

const doubleSettings = z.strictObject({
  /** Address of the browser whose pages are the windows (Chrome DevTools Protocol); null where there are none. */
  browser: z.string().nullable(),
  /** Unix socket on which a test drives the double. */
  control: z.string(),
  keychain: z.enum(["gnome_libsecret", "basic_text", "unknown"]).default("gnome_libsecret"),
  darkColours: z.boolean().default(true),
  notifications: z.boolean().default(true),
  /** What becomes of the first loads of the app's own windows, one each. `hang`: the page stays empty. */
  starts: z.array(z.enum(["crash", "fail", "hang"])).default([]),
  /** Timers of the app that are at least so long pass only when the test says so; null: none. */
  heldTimersMs: z.int().nullable().default(null),
  /** Keys that another program has registered before. */
  takenKeys: z.array(z.string()).default([]),
  /** Installed, and not run by the words `electron <folder>`. */
  packaged: z.boolean().default(false),
  displays: z
    .array(displayFacts)
    .min(1)
    .default([
      {
        id: 1,
        bounds: { x: 0, y: 0, width: 1920, height: 1080 },
        workArea: { x: 0, y: 0, width: 1920, height: 1040 },
        scaleFactor: 1,
      },
    ]),
});
export type DoubleSettings = z.input<typeof doubleSettings>;

export const settings = doubleSettings.parse(JSON.parse(process.env["ELECTRON_DOUBLE"] ?? "{}"));

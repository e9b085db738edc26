/**
 * The main script of an app that does what a test tells it, in Electron's main process; started by {@link file://./app-on-double.ts}. It uses Electron as any app does.
 */
import * as electron from "electron";

type Wanted = { id: number; text: string; given: unknown };

const run = (text: string, given: unknown): unknown =>
  new Function("electron", "given", `return (${text})(electron, given)`)(electron, given);
const plain = async (id: number, made: () => unknown) => {
  try {
    process.send!({ id, value: (await made()) ?? null });
  } catch (error) {
    process.send!({ id, error: error instanceof Error ? error.message : String(error) });
  }
};

// What an app does in its first turn, before Electron is ready.
const first = process.env["SMALL_APP_FIRST"];
if (first !== undefined) void plain(0, () => run(first, null));
process.on("message", ({ id, text, given }: Wanted) => void plain(id, () => run(text, given)));

/**
 * Tests of the double are named by the sentence of Electron's documentation that they hold it to. Sentences of the API are looked up in the declarations of the
 * Electron that is installed, so that one that is gone or was changed there fails here; those of other documents are given with the document.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const declarations = readFileSync(resolve(import.meta.dirname, "../../../node_modules/electron/electron.d.ts"), "utf8")
  .replace(/\n\s*\* ?/g, "\n")
  .replace(/\s+/g, " ");

/** `what`: the case of it that is tested, where a sentence has several. */
export function documented(quote: string, run: () => Promise<void>, what = ""): void {
  test(`"${quote}"${what && `: ${what}`}`, async () => {
    expect(declarations).toContain(quote);
    await run();
  });
}

/** For what is told nowhere: asked again until it is so. */
export const soon = { timeout: 15_000 };

export function documentedIn(document: string, quote: string, run: () => Promise<void>): void {
  test(`"${quote}" (${document})`, run);
}

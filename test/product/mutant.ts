/** A copy of the built product in which places can be changed, for a test of the tests. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { TemporaryFolder } from "./temporary.ts";

const root = resolve(import.meta.dirname, "../..");
/** `more` is added to the end of the file. */
export type Edit = { find: string; put: string; more?: string };

export class Mutant implements Disposable {
  readonly #folder = new TemporaryFolder("mutant");
  readonly entry = this.#folder.in("out/main/index.js");

  constructor() {
    mkdirSync(this.#folder.in("out"));
    for (const part of ["out/main", "out/preload"])
      cpSync(join(root, part), this.#folder.in(part), { recursive: true });
    for (const part of ["package.json", "node_modules", "resources", "out/renderer"])
      symlinkSync(join(root, part), this.#folder.in(part));
  }

  /** Breaks the product until it is disposed. Throws when a place is not there exactly once. */
  broken(edits: readonly Edit[]): Disposable {
    const before = new Map<string, string>();
    const restore = () => {
      for (const [file, text] of before) writeFileSync(file, text);
    };
    for (const { find, put, more = "" } of edits) {
      const [file, ...others] = this.#files().filter((path) => readFileSync(path, "utf8").includes(find));
      const text = file === undefined ? "" : readFileSync(file, "utf8");
      if (file === undefined || others.length > 0 || text.split(find).length !== 2) {
        restore();
        throw new Error(`not exactly once in the built product: ${find}`);
      }
      if (!before.has(file)) before.set(file, text);
      writeFileSync(file, `${text.replace(find, () => put)}${more}`);
    }
    return { [Symbol.dispose]: restore };
  }

  /** What Electron's main process and its preload script run: not the other programs beside them. */
  #files(): string[] {
    const chunks = readdirSync(this.#folder.in("out/main/chunks")).map((name) => `out/main/chunks/${name}`);
    return ["out/main/index.js", "out/preload/index.cjs", ...chunks].map((path) => this.#folder.in(path));
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

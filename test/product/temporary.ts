/** Folders for one test, removed with everything in them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class TemporaryFolder implements Disposable {
  readonly path: string;

  /** `parent`: where it is made; by default where temporary files are. */
  constructor(name = "test", parent = tmpdir()) {
    this.path = mkdtempSync(join(parent, `cellar-${name}-`));
  }

  in(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

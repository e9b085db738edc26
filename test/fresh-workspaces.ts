/** For test files about workspaces: a folder, and the services over it, anew for every test. */
import { afterEach, beforeEach, expect } from "vitest";
import { type ServiceOptions, startWorkspaces, TestFolder, type WorkspacesUnderTest } from "./workspace-home.ts";

type Cellar = WorkspacesUnderTest & {
  /** Over the same folder once more, after a `close`. */
  start(options?: ServiceOptions): Promise<void>;
};

/** Both stay the same objects from test to test; what is in them is new. */
export function freshWorkspaces(options: ServiceOptions = {}): { folder: TestFolder; cellar: Cellar } {
  const folder = new TestFolder();
  const cellar = {
    start: async (given: ServiceOptions = options) =>
      void Object.assign(cellar, await startWorkspaces(folder.root, given)),
  } as Cellar;
  beforeEach(() => cellar.start());
  afterEach(async () => {
    await cellar.close();
    expect(cellar.subprocesses.count).toBe(0);
    folder.remove();
  });
  return { folder, cellar };
}

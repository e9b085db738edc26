/** A disk that is really full, in a file system of one megabyte: a change is refused and said, what is there stays readable, and goes on later. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";

const program = resolve(import.meta.dirname, "../../fixtures/vault-full-disk.ts");

test.skipIf(missing("bwrap"))("a full disk costs nothing that was stored", async () => {
  using folder = new TemporaryFolder("full");
  const disk = ["--size", "1000000", "--tmpfs", folder.path];
  const { stdout } = await promisify(execFile)("bwrap", [
    ...["--dev-bind", "/", "/", ...disk],
    ...[process.execPath, program, folder.path],
  ]);
  const said = JSON.parse(stdout) as Record<string, unknown>;
  expect(said).toMatchObject({
    full: {
      set: "the vault could not be written: the disk is full",
      read: "value before",
      names: ["before"],
    },
    reopened: "done",
    whileFull: "value before",
    freed: "done",
    after: { names: ["before", "big"], before: "value before", big: true, problems: [], notices: [] },
  });
});

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { commandReference } from "../../scripts/command-reference.ts";

test("docs/cellar.md says what the commands say now (else: npm run docs)", async () => {
  const written = readFileSync(resolve(import.meta.dirname, "../../docs/cellar.md"), "utf8");
  expect(written).toBe(await commandReference());
});

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { contract } from "#shared/contract/index.ts";
import { contractReference } from "../../scripts/contract-reference/reference.ts";

test("docs/contract.md says what the contract says now (else: npm run docs)", async () => {
  const written = readFileSync(resolve(import.meta.dirname, "../../docs/contract.md"), "utf8");
  expect(written).toBe(await contractReference());
});

test("the reference names every procedure, and repeats the comments of the source", async () => {
  const reference = await contractReference();
  for (const [domain, procedures] of Object.entries(contract)) {
    for (const name of Object.keys(procedures)) expect(reference).toContain(`\n### ${domain}.${name}\n`);
  }
  expect(reference).toContain("Opens a link outside Cellar after a scheme check");
  expect(reference).toContain("// Unique among terminals that are alive");
});

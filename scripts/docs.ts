/** `npm run docs`: writes the documents that are made from the source. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import { commandReference } from "./command-reference.ts";
import { contractReference } from "./contract-reference/reference.ts";

writeFileSync(join(installationFolder, "docs/contract.md"), await contractReference());
writeFileSync(join(installationFolder, "docs/cellar.md"), await commandReference());

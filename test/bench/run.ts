/**
 * `npm run bench`: measures against the budgets and prints a table; `--json FILE` writes the figures as well. It never fails for a number:
 * machines differ. Ratios are taken side by side in one run.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { cellarPaths } from "#node/paths.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { measureActivity } from "./activity.ts";
import { measureBottles } from "./bottles.ts";
import { measureBroker } from "./broker.ts";
import { measureCells } from "./cells.ts";
import { measureCommandLine } from "./command-line.ts";
import { type Figure, table } from "./figure.ts";
import { measureGateway } from "./gateway.ts";
import { measureK } from "./k.ts";
import { measurePacked } from "./packed.ts";
import { measureInitialScript, measureStart } from "./product.ts";
import { measureTerminals } from "./terminals.ts";
import { measureThroughMain } from "./through-main.ts";
import { measureWindows } from "./windows.ts";

using folder = new TemporaryFolder("bench");
const environment = { ...process.env, CELLAR_HOME: folder.in("home"), XDG_RUNTIME_DIR: folder.path };
process.env["CELLAR_HOME"] = environment.CELLAR_HOME;
process.env["XDG_RUNTIME_DIR"] = environment.XDG_RUNTIME_DIR;

const host = await TerminalHostClient.connect(cellarPaths(environment), { name: "bench", version: "0", events: true });
const figures: Figure[] = [];
try {
  const parts: (() => Promise<Figure[]> | Figure[])[] = [
    measureInitialScript,
    () => measurePacked(folder.in("packed")),
    measureStart,
    measureCommandLine,
    measureThroughMain,
    measureBottles,
    measureGateway,
    () => measureCells(host),
    () => measureActivity(host, cellarPaths(environment).agentsSocket),
    () => measureK(host),
    () => measureTerminals(host, folder.in("files")),
    () => measureBroker(folder.in("broker")),
    measureWindows,
  ];
  for (const part of parts) figures.push(...(await part()));
} finally {
  await host.call("host.shutdown", { force: true }).catch(() => {});
  host.close();
}
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}\n`);
console.log(table(figures));
const file = process.argv[process.argv.indexOf("--json") + 1];
if (process.argv.includes("--json") && file) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);

/**
 * `npm run bench`: measures against the budgets and prints a table; with names of parts only those, and `--json FILE` writes the figures as well. It
 * never fails for a number: machines differ. Ratios are taken side by side in one run.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { cellarPaths } from "#node/paths.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { program } from "#test/product/command.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { measureActivity } from "./activity.ts";
import {
  measureBottles,
  measureDockerBottles,
  measureOpenSandboxBottles,
  measureSmolmachinesBottles,
} from "./bottles.ts";
import { measureBroker } from "./broker.ts";
import { measureCells } from "./cells.ts";
import { measureCommandLine } from "./command-line.ts";
import { measureDesktop } from "./desktop.ts";
import { type Figure, table } from "./figure.ts";
import { measureGateway } from "./gateway.ts";
import { measureK } from "./k.ts";
import { measurePacked } from "./packed.ts";
import { measureInitialScript, measureStart } from "./product.ts";
import { measureTerminals } from "./terminals.ts";
import { measureThroughMain } from "./through-main.ts";
import { measureWebSockets } from "./web-sockets.ts";
import { measureWindows } from "./windows.ts";

using folder = new TemporaryFolder("bench");
// With a home directory of its own: what somebody's start files do before every prompt is not what a cell takes.
const own = { HOME: folder.in("person"), CELLAR_HOME: folder.in("home"), XDG_RUNTIME_DIR: folder.path };
mkdirSync(own.HOME);
const environment = { ...process.env, ...own };
Object.assign(process.env, own);

const names = process.argv.slice(2).filter((word, index, words) => word !== "--json" && words[index - 1] !== "--json");
const figures: Figure[] = [];
/** Terminals are measured in a host of this home, the built one as people have it; it is started when a part needs it. */
let host: Promise<TerminalHostClient> | null = null;
const hosted = () => {
  if (host === null) execFileSync(program, ["k", "ls"], { env: environment });
  host ??= TerminalHostClient.connect(cellarPaths(environment), { name: "bench", version: "0", events: true });
  return host;
};
const parts: Record<string, () => Promise<Figure[]> | Figure[]> = {
  script: measureInitialScript,
  packed: () => measurePacked(folder.in("packed")),
  start: measureStart,
  desktop: measureDesktop,
  "command-line": measureCommandLine,
  main: measureThroughMain,
  bottles: measureBottles,
  docker: measureDockerBottles,
  smolmachines: measureSmolmachinesBottles,
  opensandbox: measureOpenSandboxBottles,
  gateway: measureGateway,
  "web-sockets": measureWebSockets,
  cells: async () => measureCells(await hosted()),
  activity: async () => measureActivity(await hosted(), cellarPaths(environment).agentsSocket),
  k: async () => measureK(await hosted()),
  terminals: async () => measureTerminals(await hosted(), folder.in("files")),
  broker: () => measureBroker(folder.in("broker")),
  windows: measureWindows,
};
const unknown = names.filter((name) => parts[name] === undefined);
if (unknown.length > 0) throw new Error(`no part ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
try {
  for (const [name, part] of Object.entries(parts)) {
    if (names.length === 0 || names.includes(name)) figures.push(...(await part()));
  }
} finally {
  const connected = await (host as Promise<TerminalHostClient> | null);
  await connected?.call("host.shutdown", { force: true }).catch(() => {});
  connected?.close();
}
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}\n`);
console.log(table(figures));
const file = process.argv[process.argv.indexOf("--json") + 1];
if (process.argv.includes("--json") && file) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);

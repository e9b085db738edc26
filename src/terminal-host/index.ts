/** Entry of the terminal host process. Its parameters are in the environment: CELLAR_HOME, and for tests CELLAR_HOST_IDLE_MS. */
import { letMemoryIntoCores } from "#node/core-dumps.ts";
import { takeExclusiveLock } from "#node/exclusive-lock.ts";
import { version } from "#node/installation.ts";
import { cellarPaths, hostLockOf } from "#node/paths.ts";
import { protocolVersion } from "./protocol.ts";
import { Host } from "./server/host.ts";
import { OlderHosts } from "./server/older-hosts.ts";

/** Without a terminal and a client for so long there is nothing to wait for, in ms. */
const idleMs = 5 * 60 * 1000;

// How this process was told to be Node; what it starts may be an Electron app of its own.
delete process.env["ELECTRON_RUN_AS_NODE"];
letMemoryIntoCores();
const paths = cellarPaths();
const lock = takeExclusiveLock(hostLockOf(paths, protocolVersion));
// Another host has this home: whoever started us finds that one through its socket. A newer one is found by newer programs only.
if (!lock) process.exit(0);
const older = new OlderHosts(paths, version());
process.once("exit", () => {
  older.release();
  lock.release();
});
await older.settle();

const host = new Host({
  paths,
  version: version(),
  older,
  idleMs: Number(process.env["CELLAR_HOST_IDLE_MS"]) || idleMs,
  ended: () => process.exit(0),
});
// A defect in one terminal's handling must not end all the others, which are people's work.
process.on("uncaughtException", (error) => host.defect("uncaught exception", error));
process.on("unhandledRejection", (error) => host.defect("unhandled rejection", error));
// Started from a shell, it outlives that shell's window and its Ctrl-C.
process.on("SIGHUP", () => {});
process.on("SIGINT", () => {});
process.on("SIGTERM", () => void host.terminate());

try {
  await host.listen();
} catch (error) {
  console.error("the terminal host cannot listen:", error);
  process.exit(1);
}

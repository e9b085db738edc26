/** Entry of the terminal host process. Its only parameter is CELLAR_HOME in the environment. */
import { join } from "node:path";
import { takeExclusiveLock } from "#node/exclusive-lock.ts";
import { version } from "#node/installation.ts";
import { cellarPaths } from "#node/paths.ts";
import { Host } from "./server/host.ts";

const paths = cellarPaths();
const lock = takeExclusiveLock(join(paths.home, "terminal-host.lock"));
// Another host has this home: whoever started us finds that one through its socket.
if (!lock) process.exit(0);
process.once("exit", () => lock.release());

const host = new Host(paths, version());
await host.listen();
process.on("SIGTERM", () => process.exit(0));

/**
 * Browser mode: the services without Electron, with the system's browser as the window. Prints one JSON line (`url`, `pid`, `home`) when
 * it is ready, and ends on SIGINT, SIGTERM or the contract's `app.quit`; terminals go on.
 */
import { installationFolder, version } from "#node/installation.ts";
import { cellarPaths } from "#node/paths.ts";
import { problemOf } from "#shared/failure.ts";
import { startBrowserMode } from "./browser-mode.ts";

const port = Number(process.argv.find((argument) => argument.startsWith("--port="))?.slice("--port=".length) ?? 0);
try {
  const mode = await startBrowserMode({ paths: cellarPaths(), version: version(), installationFolder, port });
  process.stdout.write(`${JSON.stringify({ url: mode.url, pid: mode.pid, home: mode.home })}\n`);
  if (mode.own) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, mode.quit);
    // The caller may close its end of our output; that is not a reason to end.
    process.stdout.on("error", () => {});
    await mode.ended;
  }
  process.exit(0);
} catch (thrown) {
  process.stderr.write(`${JSON.stringify(problemOf(thrown))}\n`);
  process.exit(1);
}

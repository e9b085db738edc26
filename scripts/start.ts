/**
 * `npm start`: builds when something changed, then opens Cellar in Electron where that is possible, else in the system's browser, saying
 * why in one line. Ctrl-C ends it; terminals go on.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { installationFolder } from "#node/installation.ts";
import { openExternally } from "#node/open-externally.ts";
import { bundleIsOlder } from "./bundle-age.ts";
import { electronRuntime, hasDisplay } from "./electron-runtime.ts";

const root = resolve(installationFolder);
process.exitCode = await start();

async function start(): Promise<number> {
  if (bundleIsOlder(root)) {
    console.log("Building Cellar …");
    const built = await finished(
      run(process.execPath, [
        join(root, "node_modules/electron-vite/bin/electron-vite.js"),
        "build",
        "--logLevel",
        "warn",
      ]),
    );
    if (built !== 0) return built;
  }
  const runtime = await electronRuntime(root);
  if ("path" in runtime) return finished(run(runtime.path, [root, ...process.argv.slice(2)]));
  console.log(`${runtime.missing} Opening in the browser instead.`);
  return browser();
}

/** Shows the address whether or not a browser opens: nobody can see whether the right one did. */
async function browser(): Promise<number> {
  const child = run(process.execPath, [join(root, "out/main/serve.js"), ...process.argv.slice(2)], "pipe");
  createInterface({ input: child.stdout as Readable }).once("line", (line) => {
    const { url } = JSON.parse(line) as { url: string | null };
    if (url === null) return;
    console.log(`Cellar is at ${url}\nCtrl-C ends it; its terminals go on.`);
    if (hasDisplay()) openExternally(url).catch(() => {});
  });
  return finished(child);
}

function run(command: string, args: string[], stdout: "inherit" | "pipe" = "inherit"): ChildProcess {
  return spawn(command, args, { cwd: root, stdio: ["inherit", stdout, "inherit"] });
}

/** Resolves with the exit code. The terminal sends Ctrl-C to the child as well; we only wait for it to end cleanly. */
function finished(child: ChildProcess): Promise<number> {
  const wait = () => {};
  const end = () => child.kill("SIGTERM");
  process.on("SIGINT", wait).on("SIGTERM", end).on("SIGHUP", end);
  return new Promise((settle) => {
    child.once("error", (error) => {
      console.error(error.message);
      settle(1);
    });
    child.once("exit", (code, signal) => {
      process.off("SIGINT", wait).off("SIGTERM", end).off("SIGHUP", end);
      settle(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

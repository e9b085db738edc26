/** Starts browser mode, or finds the main that already serves this home. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { takeExclusiveLock } from "#node/exclusive-lock.ts";
import type { CellarPaths } from "#node/paths.ts";
import { Failure } from "#shared/failure.ts";
import type { Desktop } from "./desktop.ts";
import { startServices } from "./services.ts";
import { findRunning } from "./transport/find-running.ts";
import { serveHomeSocket } from "./transport/home-socket.ts";
import { serveLoopback } from "./transport/loopback.ts";

export type BrowserModeParts = { paths: CellarPaths; version: string; installationFolder: string; port: number };

export type BrowserMode = {
  /** Address of a window, with its token. Null: another main serves this home with a window of its own, and has shown it. */
  readonly url: string | null;
  readonly pid: number;
  readonly home: string;
  /** False when another main serves this home already; there is nothing to stop then. */
  readonly own: boolean;
  readonly quit: () => void;
  readonly ended: Promise<void>;
};

export async function startBrowserMode({
  paths,
  version,
  installationFolder,
  port,
}: BrowserModeParts): Promise<BrowserMode> {
  const lock = takeExclusiveLock(join(paths.home, "main.lock"));
  if (lock === null) {
    const running = await findRunning(paths.mainSocket);
    return { ...running, own: false, quit: () => {}, ended: Promise.resolve() };
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let url = "";
  let quit = () => {};
  const desktop = browserDesktop(
    () => url,
    () => quit(),
  );
  const services = await startServices({ paths, desktop, version });
  try {
    const loopback = await serveLoopback(
      { ...services, rendererFolder: join(installationFolder, "out", "renderer") },
      port,
    );
    url = loopback.url;
    const socket = await serveHomeSocket(services.rpc, paths.mainSocket);
    const stop = async () => {
      await Promise.all([loopback.close(), socket.close()]);
      await services.stop();
      lock.release();
    };
    quit = () => {
      quit = () => {};
      void stop().finally(end);
    };
  } catch (thrown) {
    await services.stop();
    lock.release();
    throw thrown;
  }
  return { url, pid: process.pid, home: paths.home, own: true, quit: () => quit(), ended };
}

/** Everything that needs a desktop is left to the browser. */
function browserDesktop(url: () => string, quit: () => void): Desktop {
  const browserOnly = (what: string) => new Failure("unavailable", `${what} is not possible in the browser`);
  return {
    face: "browser",
    pickFolder: async () => {
      throw browserOnly("Choosing a folder with the system's dialog");
    },
    openWindow: async () => url(),
    openLink: openExternally,
    reveal: async () => {
      throw browserOnly("Showing a file in the file manager");
    },
    notify: () => false,
    setAttention: () => {},
    quit,
  };
}

/** Gives a checked link to the system. Rejects with `unavailable` where there is nothing to open it with. */
export async function openExternally(link: string): Promise<void> {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", link]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler", link]
        : ["xdg-open", link];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    child.once("error", () => {
      reject(new Failure("unavailable", `${command} is not there to open links`, { hint: "Open the link by hand." }));
    });
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}

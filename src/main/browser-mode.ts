/**
 * Browser mode: the services without Electron, with the system's browser as the window. One main serves a home: a second start finds the
 * first and shows its window.
 */
import { join } from "node:path";
import { version, windowFolder } from "#node/installation.ts";
import { openExternally } from "#node/open-externally.ts";
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { browserDesktop } from "./browser-desktop.ts";
import { AlreadyRunning, startServices } from "./services.ts";
import { findRunning } from "./transport/find-running.ts";
import { serveLoopback } from "./transport/loopback.ts";

export type BrowserModeParts = { paths: CellarPaths; version: string; rendererFolder: string; port: number };

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

/**
 * Browser mode as a program: prints one JSON line (`url`, `pid`, `home`) when it is ready and runs until SIGINT, SIGTERM or the contract's
 * `app.quit`; terminals go on. Failures are printed as JSON on stderr. Resolves with the exit code.
 */
export async function runBrowserMode({ port, open }: { port: number; open: boolean }): Promise<number> {
  try {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new Failure("invalid_input", "a port is a number from 0 to 65535");
    }
    const rendererFolder = join(windowFolder, "renderer");
    const mode = await startBrowserMode({ paths: cellarPaths(), version: version(), rendererFolder, port });
    // The caller may close its end of our output; that is not a reason to end.
    process.stdout.on("error", () => {});
    process.stdout.write(`${JSON.stringify({ url: mode.url, pid: mode.pid, home: mode.home })}\n`);
    if (!mode.own) process.stderr.write(`Cellar already runs for this home (pid ${mode.pid}).\n`);
    if (open && mode.url !== null) await openExternally(mode.url).catch(explainOpening);
    if (mode.own) {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, mode.quit);
      await mode.ended;
    }
    return 0;
  } catch (thrown) {
    process.stderr.write(`${JSON.stringify(problemOf(thrown))}\n`);
    return 1;
  }
}

/** No browser to open is no failure: the address has been printed. */
function explainOpening(thrown: unknown): void {
  process.stderr.write(`${problemOf(thrown).message}; open the printed address in a browser.\n`);
}

export async function startBrowserMode(parts: BrowserModeParts): Promise<BrowserMode> {
  const { paths, version, rendererFolder, port } = parts;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const address = Promise.withResolvers<string>();
  let stop = async () => {};
  const quit = () => {
    const stopping = stop;
    stop = async () => {};
    void stopping().finally(end);
  };
  const services = await startServices({ paths, version, desktop: browserDesktop(address.promise, quit) }).catch(
    (thrown: unknown) => {
      if (thrown instanceof AlreadyRunning) return null;
      throw thrown;
    },
  );
  if (services === null) {
    const running = await findRunning(paths.mainSocket);
    return { ...running, own: false, quit: () => {}, ended: Promise.resolve() };
  }
  try {
    const loopback = await serveLoopback({ ...services, rendererFolder }, port);
    stop = async () => {
      await loopback.close();
      await services.stop();
    };
    address.resolve(loopback.url);
    return { url: loopback.url, pid: process.pid, home: paths.home, own: true, quit, ended };
  } catch (thrown) {
    await services.stop();
    throw thrown;
  }
}

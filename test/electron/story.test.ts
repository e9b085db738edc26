import { pathToFileURL } from "node:url";
import { type Face, mainJob } from "#test/e2e/main-job.ts";
import { Window } from "#test/e2e/window.ts";
import { type RealApp, RealDesktop } from "./real-desktop.ts";

async function realDesktop(): Promise<Face> {
  const computer = new RealDesktop();
  let app: RealApp;
  const open = async () => {
    app = await computer.start();
    return Window.around(await app.page());
  };
  return {
    name: "desktop",
    home: computer.home,
    environment: computer.environment,
    open,
    async crash() {
      await app.crash();
      return open();
    },
    // A file that a page makes up has no path; its address has.
    dropFolder: (window, path) => window.dropUrl(pathToFileURL(path).href),
    [Symbol.asyncDispose]: () => computer[Symbol.asyncDispose](),
  };
}

mainJob(realDesktop);

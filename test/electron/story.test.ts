import { pathToFileURL } from "node:url";
import { type Face, mainJob } from "#test/e2e/main-job.ts";
import { Window } from "#test/e2e/window.ts";
import { RealDesktop } from "./real-desktop.ts";

async function realDesktop(): Promise<Face> {
  const computer = new RealDesktop();
  return {
    name: "desktop",
    home: computer.home,
    environment: computer.environment,
    open: async () => Window.around(await computer.start()),
    async crash() {
      await computer.crash();
      return Window.around(await computer.start());
    },
    // A file that a page makes up has no path; its address has.
    dropFolder: (window, path) => window.dropUrl(pathToFileURL(path).href),
    [Symbol.asyncDispose]: () => computer[Symbol.asyncDispose](),
  };
}

mainJob(realDesktop);

import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { type Face, mainJob } from "../main-job.ts";
import { Window } from "../window.ts";

async function desktop(): Promise<Face> {
  const computer = await Desktop.open();
  let app: DesktopApp;
  return {
    name: "desktop",
    home: computer.home,
    environment: computer.environment,
    async open() {
      app = await computer.start();
      return Window.around(await app.page());
    },
    async crash() {
      await app.crash();
      app = await computer.start();
      return Window.around(await app.page());
    },
    async dropFolder(window, path) {
      await app.knowFiles(path);
      await window.dropFolder(path);
    },
    [Symbol.asyncDispose]: () => computer[Symbol.asyncDispose](),
  };
}

mainJob(desktop);

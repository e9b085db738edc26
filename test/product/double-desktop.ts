/** The desktop app on the double of Electron, as {@link DrivenDesktop}. */
import type { MenuFacts } from "#test/doubles/electron/control.ts";
import type { DrivenApp, DrivenDesktop, ItemFacts } from "./driven-desktop.ts";
import { Desktop, type DesktopApp } from "./electron.ts";

export async function doubleDesktop(): Promise<DrivenDesktop> {
  const desktop = await Desktop.open();
  return {
    folder: desktop.folder,
    home: desktop.home,
    environment: desktop.environment,
    start: async (...args) => driven(await desktop.start({}, args)),
    [Symbol.asyncDispose]: () => desktop[Symbol.asyncDispose](),
  };
}

const flat = (items: readonly MenuFacts[]): ItemFacts[] =>
  items.flatMap(({ submenu, ...item }) => [item, ...flat(submenu)]);
/** What ends the app takes the answer with it. */
const orEnded = (answer: Promise<unknown>) =>
  answer.then(
    () => {},
    () => {},
  );

function driven(app: DesktopApp): DrivenApp {
  const { control } = app;
  return {
    exited: app.exited,
    signal: (signal) => void app.process.kill(signal),
    windows: async () => (await control.state()).windows,
    page: (windowId) => app.page(windowId),
    closeWindow: (id) => orEnded(control.closeWindow(id)),
    focusWindow: async (id) => void (await control.focusWindow(id)),
    setBounds: async (id, bounds) => void (await control.setBounds(id, bounds)),
    menu: async () => flat((await control.state()).menu),
    clickMenu: async (label) => void (await control.clickMenu(label)),
    openUrl: async (url) => void (await control.openUrl(url)),
    quit: () => orEnded(control.quit()),
    shutDown: () => orEnded(control.shutDown()),
    questions: async () => (await control.state()).questions,
    clickButton: (label) => orEnded(control.clickButton(label)),
    answerDialog: async (paths) => void (await control.answerDialog(paths)),
  };
}

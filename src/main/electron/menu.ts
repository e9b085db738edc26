/** The application menu, and the menu of text: the two that are the system's own. Every other menu is the window's. */
import { app, BrowserWindow, clipboard, Menu, type WebContents } from "electron";
import { applicationMenu, type MenuActions } from "./menu-template.ts";
import { textMenu } from "./text-menu.ts";

export function setApplicationMenu(actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(actions, process.platform, app.name)));
}

/** Where a page has text and no menu of its own: Electron tells of a click only when the page has not acted on it. */
export function serveTextMenus(): void {
  app.on("web-contents-created", (_created, contents) => {
    contents.on("context-menu", (_event, clicked) => {
      const template = textMenu(clicked, {
        replace: (word) => contents.replaceMisspelling(word),
        learn: (word) => contents.session.addWordToSpellCheckerDictionary(word),
        copy: (text) => void clipboard.writeText(text).catch(() => {}),
      });
      if (template.length > 0) popup(contents, Menu.buildFromTemplate(template));
    });
  });
}

function popup(contents: WebContents, menu: Menu): void {
  const window = BrowserWindow.fromWebContents(contents);
  if (window !== null) menu.popup({ window });
}

/** The application menu, and the menu of text: the two that are the system's own. Every other menu is the window's. */
import { app, BrowserWindow, clipboard, Menu, type WebContents } from "electron";
import { commandIds } from "#shared/commands/catalogue.ts";
import type { CommandFacts } from "#shared/commands/facts.ts";
import { applicationMenu, isEnabled, type MenuActions } from "./menu-template.ts";
import { textMenu } from "./text-menu.ts";

/** The menu that is always there; what cannot be done in the window that is meant is greyed out. */
export class ApplicationMenu {
  readonly #menu: Menu;

  constructor(actions: MenuActions, facts: CommandFacts) {
    this.#menu = Menu.buildFromTemplate(applicationMenu(actions, process.platform, app.name));
    this.show(facts);
    Menu.setApplicationMenu(this.#menu);
  }

  show(facts: CommandFacts): void {
    for (const id of commandIds) {
      const item = this.#menu.getMenuItemById(id);
      const enabled = isEnabled(id, facts);
      if (item !== null && item.enabled !== enabled) item.enabled = enabled;
    }
  }
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

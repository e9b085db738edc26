/** The places of the built product where a rule of Electron's is kept, and how each could be broken. */
import type { Edit } from "#test/product/mutant.ts";
import type { RuleName } from "./rules.ts";

export type Mutation = {
  name: string;
  edits: readonly Edit[];
  /** The check that has to fail. */
  breaks: RuleName;
  /** What it tells then, so that it did not fail for something else; or what the app says that does not even start. */
  saying: RegExp;
  /** It breaks so much that other checks fail as well. */
  alone?: true;
};

const one = (name: string, [find, put]: readonly [string, string], breaks: RuleName, saying: RegExp): Mutation => ({
  name,
  edits: [{ find, put }],
  breaks,
  saying,
});
const alone = (...given: Parameters<typeof one>): Mutation => ({ ...one(...given), alone: true });

const ownScheme = "the window is a secure page of the app's own scheme, and nothing is asked of the network";
const bridge = "the page has nothing of Node, and nothing of Electron but the bridge's two functions";
const isolated = "the window is sandboxed and isolated, and no protection is switched off";
const permissions = "no permission is granted but to write text to the clipboard";
const policy = "the policy forbids scripts of text, of the page and of others";
const topFrame = "only the top frame of a page of ours is given a port";
const ports = "a port comes to the frame that asked, also after the page was loaded anew";
const second = "a second start brings the first window to the front, and ends";
const end = "the system can end the app, which ends in order first";
const navigation = "a page that leads elsewhere is not left";
const newWindow = "a new window is refused, and a link of a harmless kind opened outside instead";
const noUnsafeWindow = /no window without sandbox or context isolation/;

const call = "\nregisterWindowScheme();\n";
const ready = "await app.whenReady();";
const bridged = "electron.contextBridge.exposeInMainWorld(";
const noWebviews = "webviewTag: false";
const never = `contents.on("never"`;
const keychain = "electronKeychain(safeStorage, process.platform)";
const asker = "event.senderFrame?.postMessage(";
/** Nobody holds what is made: whoever uses it asks a weak reference. `name`: of the function, one to a mutation, because they share a file. */
const weak = (name: string) => `
function ${name}(Made, ...given) {
  const held = new WeakRef(new Made(...given));
  return new Proxy({}, { get: (_, name) => (...args) => held.deref()?.[name](...args) });
}`;

export const mutations: readonly Mutation[] = [
  alone("the window's scheme is not registered", [call, "\n"], ownScheme, /Failed to fetch/),
  {
    name: "the window's scheme is registered when Electron is ready",
    edits: [
      { find: call, put: "\n" },
      { find: ready, put: `${ready} registerWindowScheme();` },
    ],
    breaks: ownScheme,
    saying: /registerSchemesAsPrivileged should be called before app is ready/,
    alone: true,
  },
  alone("the window's scheme is not secure", ["secure: true", "secure: false"], ownScheme, /false,false,200/),
  alone(
    "the window's scheme knows no fetch",
    ["supportFetchAPI: true", "supportFetchAPI: false"],
    ownScheme,
    /Failed to fetch/,
  ),
  one(
    "the preload script needs a module of Node",
    [bridged, `require("node:fs"); ${bridged}`],
    bridge,
    /expected \[\] to/,
  ),
  one(
    "the preload script gives away ipcRenderer",
    ["requestPort: (", "ipc: electron.ipcRenderer.send, requestPort: ("],
    bridge,
    /ipc/,
  ),
  alone("the sandbox is off", ["sandbox: true", "sandbox: false"], isolated, noUnsafeWindow),
  alone("context isolation is off", ["contextIsolation: true", "contextIsolation: false"], isolated, noUnsafeWindow),
  alone("Node is in the page", ["nodeIntegration: false", "nodeIntegration: true"], isolated, noUnsafeWindow),
  one("the page may embed webviews", [noWebviews, "webviewTag: true"], isolated, /"webviewTag":true/),
  one("web security is off", [noWebviews, `${noWebviews}, webSecurity: false`], isolated, /webSecurity/),
  one(
    "permissions are requested of nobody",
    ["session.setPermissionRequestHandler(", "void ("],
    permissions,
    /"request":true/,
  ),
  one(
    "permissions are checked by nobody",
    ["session.setPermissionCheckHandler(", "void ("],
    permissions,
    /"check":true/,
  ),
  one(
    "every permission is granted",
    ["isOwn(contents.getURL()) && granted.has(permission)", "true"],
    permissions,
    /"request":true/,
  ),
  one(
    "devices that were chosen once are given",
    ["session.setDevicePermissionHandler(", "void ("],
    permissions,
    /"hid",true/,
  ),
  one(
    "there is no policy",
    [`"content-security-policy": contentSecurityPolicy(`, `"x-policy": contentSecurityPolicy(`],
    policy,
    /null/,
  ),
  one(
    "the policy allows scripts in the page",
    [`"script-src 'self'"`, `"script-src 'self' 'unsafe-inline'"`],
    policy,
    /unsafe-inline/,
  ),
  one(
    "navigation is free",
    [`contents.on("will-navigate"`, never],
    navigation,
    /"remote":\["https:\/\/example.com\/"\]/,
  ),
  one(
    "any page is our own",
    ["return isOwn(to) && windowOfAddress(from) === windowOfAddress(to)", "return true"],
    navigation,
    /"remote":\["https:\/\/example.com\/"\]/,
  ),
  one(
    "redirects are free",
    [`contents.on("will-redirect"`, never],
    "a redirect that leads elsewhere is not followed",
    /true to be false/,
  ),
  one(
    "webviews are free",
    [`contents.on("will-attach-webview"`, never],
    "a webview is not attached",
    /true to be false/,
  ),
  one("windows are free", ["contents.setWindowOpenHandler(", "void ("], newWindow, /\["https:\/\/example.org\/"\]/),
  one("any frame is trusted", ["if (!isTrusted(event)) return;", ""], topFrame, /cellar:port/),
  one("a frame inside the page is trusted", ["frame.parent === null &&", ""], topFrame, /cellar:port/),
  one("a page of others is trusted", ["&& isOwn(frame.url)", ""], topFrame, /cellar:port/),
  one(
    "a port goes to the frame that asked first",
    [asker, "(globalThis.first ??= event.senderFrame).postMessage("],
    ports,
    /expected \[\] to/,
  ),
  {
    name: "the keychain is asked before Electron is ready",
    edits: [
      { find: ready, put: `globalThis.early = ${keychain}; ${ready}` },
      { find: `keychain: ${keychain}`, put: "keychain: globalThis.early" },
    ],
    breaks: "the keychain is asked when Electron is ready",
    saying: /is not known/,
  },
  {
    name: "nobody holds the tray",
    edits: [{ find: "new Tray(", put: "weakTray(Tray, ", more: weak("weakTray") }],
    breaks: "the tray is held",
    saying: /expected \[\] to have a length of 1/,
  },
  {
    name: "nobody holds a notification",
    edits: [{ find: "new Notification({", put: "weakNotification(Notification, {", more: weak("weakNotification") }],
    breaks: "a notification is held until it is closed",
    saying: /there is no notification/,
  },
  one(
    "the single-instance lock is not asked for",
    ["if (app.requestSingleInstanceLock())", "if (true)"],
    second,
    /expected \[\] to deeply equal \[ 'second-instance' \]/,
  ),
  one("a second start is not heard", [`app.on("second-instance"`, `app.on("never"`], second, /\[false\]/),
  one(
    "activation is not heard",
    [`app.on("activate"`, `app.on("never"`],
    "the app is activated into its window",
    /\[false\]/,
  ),
  alone(
    "a lost window ends the app",
    [`app.on("window-all-closed"`, `app.on("never"`],
    "the app lives in the tray when its last window is lost",
    /before-quit|will-quit|the app has ended/,
  ),
  one("windows close to the tray while the app ends", [`app.on("before-quit"`, `app.on("never"`], end, /before-quit/),
  one("nothing is ended in order", [`app.on("will-quit"`, `app.on("never"`], end, /true to be false/),
  one(
    "the app ends before its services",
    ["event.preventDefault();\n\t\ttray.destroy();", "tray.destroy();"],
    end,
    /true to be false/,
  ),
];

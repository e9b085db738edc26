/** Electron's security checklist (docs/tutorial/security.md), item by item, on the running product. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { FuseV1Options } from "@electron/fuses";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { portChannel } from "#shared/bridge.ts";
import { call, first } from "#test/product/call.ts";
import { Canary } from "#test/product/canary.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually } from "#test/product/processes.ts";
import { fuses } from "../../../scripts/packaging/fuses.ts";
import { Window } from "../window.ts";

const root = resolve(import.meta.dirname, "../../..");
let desktop: Desktop;
let app: DesktopApp;
let page: Page;
/** Every address that the window has asked for, from its first on. */
const requested: string[] = [];

beforeAll(async () => {
  desktop = await Desktop.open();
  app = await desktop.start();
  page = await app.page();
  page.on("request", (request) => requested.push(request.url()));
  await page.reload();
  await page.getByRole("banner", { includeHidden: true }).waitFor();
  await Window.around(page).skipFirstRun();
});
afterAll(() => desktop?.[Symbol.asyncDispose]());

const firstWindow = async () => (await app.control.state()).windows[0]!;
const preferences = async () => (await firstWindow()).webPreferences as Record<string, unknown>;
/** What the page says of something it tried. */
const tried = (script: string) => page.evaluate(`(async () => { ${script} })()`) as Promise<unknown>;
/** How the double has the app's own scheme in a browser. */
const ownOrigin = "https://app.cellar-window.invalid/";

test("1. Only load secure content: everything comes by the app's own scheme, and nothing is ever asked of the network", async () => {
  expect((await firstWindow()).url).toBe("cellar-window://app/");
  expect(requested.length).toBeGreaterThan(3);
  expect(requested.filter((url) => !url.startsWith(ownOrigin) && !url.startsWith("data:"))).toEqual([]);
  // Whatever gets into the page: an image of a program's output, a script, a style, a font, a connection, a hint.
  await tried(`
    const elsewhere = "https://elsewhere.example/";
    const made = (name, properties) => Object.assign(document.createElement(name), properties);
    const parts = [
      made("img", { src: elsewhere + "pixel.png" }), made("script", { src: elsewhere + "x.js" }),
      made("link", { rel: "stylesheet", href: elsewhere + "x.css" }), made("link", { rel: "prefetch", href: elsewhere + "next" }),
      made("iframe", { src: elsewhere }), made("object", { data: elsewhere }), made("video", { src: elsewhere + "x.mp4" }),
      made("style", { textContent: "body { --x: url(" + elsewhere + "); background-image: url(" + elsewhere + "bg.png) }" }),
    ];
    document.body.append(...parts);
    navigator.sendBeacon(elsewhere, "x");
    await fetch(elsewhere).catch(() => {});
    await fetch("http://elsewhere.example/").catch(() => {});
    await new Promise((done) => { const socket = new WebSocket("wss://elsewhere.example/"); socket.onerror = socket.onopen = done; });
    for (const part of parts) part.remove();`);
  expect((await app.control.state()).remote).toEqual([]);
});

test("2. Do not enable Node.js integration for remote content: the page has nothing of Node", async () => {
  const given = await preferences();
  expect(given).toMatchObject({ nodeIntegration: false });
  for (const name of ["nodeIntegrationInSubFrames", "nodeIntegrationInWorker"]) expect(given).not.toHaveProperty(name);
  const names = ["require", "process", "module", "Buffer", "global", "setImmediate"];
  expect(await tried(`return ${JSON.stringify(names)}.filter((name) => name in window)`)).toEqual([]);
});

test("3. Enable context isolation: what the page changes of its own is not what the preload script uses", async () => {
  expect(await preferences()).toMatchObject({ contextIsolation: true });
  expect(await tried("return Object.isFrozen(window.cellar)")).toBe(true);
  expect(await tried("try { window.cellar = {}; } catch {} return typeof window.cellar.requestPort")).toBe("function");
  expect(await tried("return window.cellar.requestPort.constructor === Function")).toBe(true);
});

test("4. Enable process sandboxing", async () => {
  expect(await preferences()).toMatchObject({ sandbox: true });
  // What a sandboxed preload script may require, and not more.
  const preload = readFileSync(resolve(root, "out/preload/index.cjs"), "utf8");
  expect([...preload.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(["electron"]);
});

test("5. Handle session permission requests from remote content: none is granted but to write text to the clipboard", async () => {
  const states = await tried(`
    const names = ["notifications", "geolocation", "camera", "microphone", "clipboard-read"];
    const states = await Promise.all(names.map(async (name) => [name, (await navigator.permissions.query({ name })).state]));
    return Object.fromEntries(states);`);
  expect(states).toEqual({
    notifications: "denied",
    geolocation: "denied",
    camera: "denied",
    microphone: "denied",
    "clipboard-read": "denied",
  });
  expect(await tried(`return (await navigator.permissions.query({ name: "clipboard-write" })).state`)).toBe("granted");
});

test("6. Do not disable webSecurity: another origin's answers are not the page's to read", async () => {
  expect(await preferences()).not.toHaveProperty("webSecurity");
  expect(await tried(`return fetch("https://other.cellar-window.invalid/").then(() => "read", () => "refused")`)).toBe(
    "refused",
  );
});

test("7. Define a Content Security Policy: no script of text, of the page or of others", async () => {
  const policy = await tried(`return (await fetch("/")).headers.get("content-security-policy")`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|script-src[^;]*https?:|[\s;]\*/);
  expect(
    await tried(`await new Promise((later) => setTimeout(later));
    try { new Function("return 1")(); return "ran"; } catch (error) { return error.name; }`),
  ).toBe("EvalError");
  expect(
    await tried(`
    const script = document.createElement("script");
    script.textContent = "window.inlineRan = true";
    document.head.append(script);
    const div = document.createElement("div");
    div.innerHTML = '<img src="data:," onerror="window.inlineRan = true">';
    document.body.append(div);
    await new Promise((later) => setTimeout(later, 50));
    div.remove();
    return "inlineRan" in window;`),
  ).toBe(false);
});

test.each([
  ["8. Do not enable allowRunningInsecureContent", "allowRunningInsecureContent"],
  ["9. Do not enable experimental features", "experimentalFeatures"],
  ["10. Do not use enableBlinkFeatures", "enableBlinkFeatures"],
])("%s", async (_title, name) => {
  expect(await preferences()).not.toHaveProperty(name);
});

test("11. Do not use allowpopups for WebViews: there are none", async () => {
  expect(await preferences()).toMatchObject({ webviewTag: false });
  expect(
    await tried(`
    const view = document.createElement("webview");
    view.setAttribute("allowpopups", "");
    view.src = "https://example.com/";
    document.body.append(view);
    const none = view.getWebContentsId === undefined;
    view.remove();
    return none;`),
  ).toBe(true);
});

test("12. Verify WebView options before creation: none is created, with whatever options", async () => {
  const { id } = await firstWindow();
  expect(await app.control.attachWebview(id, { src: "cellar-window://app/" })).toBe(false);
  expect(await app.control.attachWebview(id, { src: "https://example.com/", nodeintegration: "on" })).toBe(false);
});

test.each(["https://example.com/", "file:///etc/passwd", "cellar-window://elsewhere/", "data:text/html,hello"])(
  "13. Disable or limit navigation: the window stays where it is when something in it leads to %s",
  async (url) => {
    const before = await firstWindow();
    await page.evaluate((to) => {
      const link = document.createElement("a");
      link.href = to.replace(/^cellar-window:\/\/elsewhere/, "https://elsewhere.cellar-window.invalid");
      document.body.append(link);
      link.click();
      link.remove();
    }, url);
    // The bridge still answers: the page is the one it was.
    expect(await tried("return typeof window.cellar.requestPort")).toBe("function");
    const after = await app.control.state();
    expect(after.windows[0]!.url).toBe(before.url);
    expect(after.remote).toEqual([]);
  },
);

test("14. Disable or limit creation of new windows: none is opened, of any kind", async () => {
  const pages = desktop.browser.contexts()[0]!.pages().length;
  for (const url of ["https://elsewhere.cellar-window.invalid/", "about:blank", "/", "javascript:alert(1)"])
    await page.evaluate((to) => void window.open(to), url);
  await expect.poll(() => desktop.browser.contexts()[0]!.pages().length).toBe(pages);
  const { windows, opened } = await app.control.state();
  expect(windows).toHaveLength(1);
  expect(opened).toEqual([]);
});

test("15. Do not use shell.openExternal with untrusted content: only links of a harmless kind are, in their normal form", async () => {
  const harmful = ["file:///etc/passwd", "smb://host/share", "ms-msdt:/id", "vscode://file/x"];
  for (const url of harmful) {
    await page.evaluate((to) => void window.open(to), url);
    await expect(call(desktop, "app.openLink", { url })).rejects.toMatchObject({ code: "refused" });
  }
  await page.evaluate(() => void window.open("https://example.org/"));
  const { opened } = await app.until((state) => state.opened.length > 0);
  expect(opened).toEqual(["https://example.org/"]);
});

test("16. Use a current version of Electron: it is pinned to one release, and its types are that release's", () => {
  const { devDependencies } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
  const installed = JSON.parse(readFileSync(resolve(root, "node_modules/electron/package.json"), "utf8"));
  expect(installed.version).toBe(devDependencies.electron);
});

test("17. Validate the sender of all IPC messages: a frame in the page, another origin, and one that is gone get nothing", async () => {
  const { id } = await firstWindow();
  expect(await app.control.ipcChannels()).toEqual([portChannel]);
  const ask = async (frame: { url: string; top: boolean } | null) =>
    (await app.control.hearFrom(id, frame, portChannel, ["request-1", { kind: "rpc" }])).length;
  expect(await ask({ url: "cellar-window://app/", top: true })).toBe(1);
  expect(await ask({ url: "cellar-window://app/", top: false })).toBe(0);
  expect(await ask(null)).toBe(0);
  for (const url of [
    "https://example.com/",
    "cellar-window://elsewhere/",
    "cellar-window://app.example/",
    "about:blank",
    "",
  ])
    expect(await ask({ url, top: true }), url).toBe(0);
  const frame = await tried(`
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const has = "cellar" in frame.contentWindow;
    frame.remove();
    return has;`);
  expect(frame).toBe(false);
});

test("18. Avoid usage of the file:// protocol: the app's own leads nowhere above its folder", async () => {
  expect(requested.filter((url) => url.startsWith("file:"))).toEqual([]);
  for (const path of ["/../main/index.js", "/%2e%2e/main/index.js", "/..%2fmain/index.js", "//etc/passwd"])
    expect(await tried(`return (await fetch(${JSON.stringify(path)}).catch(() => ({ status: 0 }))).status`)).not.toBe(
      200,
    );
});

test("19. Check which fuses you can change: each that there is was decided, as strictly as the terminal host allows", () => {
  /** Left as Electron has them. */
  const left: Record<string, string> = {
    WasmTrapHandlers:
      "only a way for V8 to check bounds of WebAssembly; without it they are checked as well, more slowly",
  };
  const known = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)));
  const decided = Object.keys(fuses).map((name) => name[0]!.toUpperCase() + name.slice(1));
  expect([...decided, ...Object.keys(left)].sort()).toEqual(known.sort());
  const { runAsNode, ...others } = fuses;
  expect(others).toEqual({
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
  // For as long as what outlives the app is the app's own executable.
  const starts = readFileSync(resolve(root, "src/node/entries.ts"), "utf8");
  expect(runAsNode).toBe(starts.includes("ELECTRON_RUN_AS_NODE"));
});

test("20. Do not expose Electron APIs to untrusted web content: the bridge is two functions, and none of them leads to more", async () => {
  expect(
    await tried(`return ["electron", "ipcRenderer", "webUtils", "webFrame"].filter((name) => name in window)`),
  ).toEqual([]);
  expect(await tried("return Object.keys(window.cellar).sort()")).toEqual(["pathOf", "requestPort"]);
  expect(await tried(`return window.cellar.requestPort("x", { kind: "rpc" })`)).toBeUndefined();
});

test("what goes wrong is kept here as text without secrets, and no memory of a process is", async () => {
  const canary = new Canary();
  await call(desktop, "vault.setUp", { passphrase: "seven brave foxes sleeping" });
  await call(desktop, "vault.set", { handle: "canary", value: canary.value });
  await page.evaluate((said) => setTimeout(() => Promise.reject(new Error(`it broke with ${said}`))), canary.value);
  const { id } = await firstWindow();
  await app.control.renderProcessGone(id, { reason: "oom", exitCode: 5 });
  await app.control.renderProcessGone(id, { reason: "clean-exit", exitCode: 0 });
  await app.control.childProcessGone({ type: "GPU", reason: "crashed", exitCode: 139 });
  const { reports } = await eventually(
    () => first(desktop, "crashReports.watch", {}),
    (state) => state.reports.length === 3,
  );
  expect(reports.map(({ title }) => title).sort()).toEqual([
    "Error: it broke with [redacted]",
    "gpu: crashed, exit code 139",
    "window: oom, exit code 5",
  ]);
  for (const { text } of reports) expect(text).not.toContain(desktop.folder.path);
  expect(canary.below(desktop.folder.path).filter((where) => !where.includes("/vault.db"))).toEqual([]);
  // The double has no crashReporter: a bundle that begins to use it does not start.
  expect(readFileSync(resolve(root, "out/main/index.js"), "utf8")).not.toContain("crashReporter.");
});

/** A newer version as a person meets it: the built product as an AppImage has it, on the double of Electron, and a feed on a real server. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually } from "#test/product/processes.ts";

const root = resolve(import.meta.dirname, "../../..");
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const newer = Buffer.from('#!/bin/sh\necho "the newer Cellar" >"$0.says"\n');
const asked: string[] = [];
let offered = "";
const server = createServer((request, response) => {
  asked.push(request.url!);
  if (request.url === "/stable.json") response.end(offered);
  else if (request.url === "/cellar.AppImage") response.end(newer);
  else response.writeHead(404).end();
}).listen(0, "127.0.0.1");
await once(server, "listening");

let desktop: Desktop;
let app: DesktopApp;
const image = () => desktop.folder.in("Cellar.AppImage");

beforeAll(async () => {
  const feed = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sha512 = createHash("sha512").update(newer).digest("base64");
  const file = { url: "cellar.AppImage", size: newer.length, sha512 };
  const release = {
    version: "99.0.0",
    notes: "Everything is faster.\nAnd more.",
    files: { [`linux-${process.arch}-appimage`]: file },
  };
  const signed = JSON.stringify({ channel: "stable", releases: [release] });
  offered = JSON.stringify({ signed, signature: sign(null, Buffer.from(signed), privateKey).toString("base64") });

  desktop = await Desktop.open();
  mkdirSync(desktop.home, { mode: 0o700 });
  writeFileSync(join(desktop.home, "settings.json"), JSON.stringify({ firstRunDone: true }), { mode: 0o600 });
  // As it is installed: what Electron reads, and beside it what any program can open.
  const archive = desktop.folder.in("app.asar");
  const files = `${archive}.unpacked`;
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const description = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as object;
  for (const folder of [archive, files]) {
    cpSync(join(root, "out/main"), join(folder, "out/main"), { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...description, updates: { feed, publicKey: key } }));
  }
  for (const part of ["out/renderer", "out/preload", "node_modules"])
    symlinkSync(join(root, part), join(archive, part));
  for (const part of ["node_modules", "resources"]) symlinkSync(join(root, part), join(files, part));
  desktop.entry = join(archive, "out/main/index.js");
  writeFileSync(image(), "the older Cellar", { mode: 0o755 });
  app = await desktop.start({ packaged: true }, [], { APPIMAGE: image() });
});
afterAll(async () => {
  await desktop?.[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

test("is asked for when the computer wakes, offered in a line, fetched when it is wanted, and put in place by quitting", async () => {
  const page = await app.page();
  await app.control.power("resume");
  await page.getByText("Cellar 99.0.0 is available.").waitFor();
  await page.getByText("Everything is faster.").waitFor();
  expect(await page.getByText("And more.").count()).toBe(0);
  expect(asked).toEqual(["/stable.json"]);

  // Not now: the line goes, and comes back for who asks for it.
  await page.getByRole("button", { name: "Later" }).click();
  await page.getByText("Cellar 99.0.0 is available.").waitFor({ state: "detached" });
  await app.control.clickMenu("Check for updates");
  await page.getByText("Cellar 99.0.0 is available.").waitFor();
  // It is shown already while it is asked for.
  await expect.poll(() => asked).toEqual(["/stable.json", "/stable.json"]);

  // Who asks in vain is told, and what was offered stays so.
  const good = offered;
  offered = "";
  await app.control.clickMenu("Check for updates");
  await page.getByRole("alert").getByText("Could not look for updates").waitFor();
  await page.getByText("Cellar 99.0.0 is available.").waitFor();
  offered = good;

  const terminal = await call(desktop, "terminals.create", { cwd: desktop.folder.path, command: "sleep 1000" });
  await page.getByRole("button", { name: "Download" }).click();
  await page
    .getByText("Cellar 99.0.0 is ready. It takes this one's place when you quit Cellar; terminals go on.")
    .waitFor();
  const restart = page.getByRole("button", { name: "Restart now" });
  // Nothing that runs is ended for it, whoever asks.
  expect(await restart.count()).toBe(0);
  await expect(call(desktop, "updates.install", {})).rejects.toMatchObject({
    code: "conflict",
    message: "A terminal runs",
  });
  await call(desktop, "terminals.kill", { id: terminal.id, force: true });
  await restart.waitFor();
  expect(readFileSync(image(), "utf8")).toBe("the older Cellar");

  await restart.click();
  expect(await app.exited).toBe(0);
  await eventually(
    () => readFileSync(image()),
    (content) => content.equals(newer),
  );
  await eventually(() => existsSync(`${image()}.says`), Boolean);
});

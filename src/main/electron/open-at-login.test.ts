import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { autostartEntry, type LoginParts, setOpenAtLogin } from "./open-at-login.ts";

const execOf = (command: string[], home = "/h", elsewhere = false) =>
  /^Exec=(.*)$/m.exec(autostartEntry(command, home, elsewhere))?.[1];

test.each<[string[], string]>([
  [["/opt/Cellar/cellar"], "/opt/Cellar/cellar --hidden"],
  [["/opt/my apps/cellar"], '"/opt/my apps/cellar" --hidden'],
  [["/opt/100%/cellar"], "/opt/100%%/cellar --hidden"],
  // Twice, as the specification says: once for Exec, once for any value.
  [['/opt/a"b$c`d\\e'], '"/opt/a\\\\"b\\\\$c\\\\`d\\\\\\\\e" --hidden'],
])("an autostart entry runs %j", (command, exec) => {
  expect(execOf(command)).toBe(exec);
});

test("a home that Cellar would not find by itself is named", () => {
  expect(execOf(["/opt/cellar"], "/srv/other home", true)).toBe(
    'env "CELLAR_HOME=/srv/other home" /opt/cellar --hidden',
  );
});

test("elsewhere an entry is written and taken away again, but not another home's", () => {
  using folder = new TemporaryFolder("autostart");
  const parts = (home: string): LoginParts => ({
    app: { setLoginItemSettings: () => expect.unreachable() },
    platform: "linux",
    command: ["/opt/cellar"],
    home,
    environment: { XDG_CONFIG_HOME: folder.in("config") },
  });
  const path = folder.in("config/autostart/cellar.desktop");
  setOpenAtLogin(false, parts("/a"));
  expect(existsSync(path)).toBe(false);
  setOpenAtLogin(true, parts("/a"));
  expect(readFileSync(path, "utf8")).toContain("Exec=/opt/cellar --hidden\n");
  setOpenAtLogin(false, parts("/b"));
  expect(existsSync(path)).toBe(true);
  setOpenAtLogin(false, parts("/a"));
  expect(existsSync(path)).toBe(false);
});

test.each(["darwin", "win32"] as const)("%s keeps login items itself", (platform) => {
  const set: object[] = [];
  const app = { setLoginItemSettings: (settings: object) => void set.push(settings) };
  setOpenAtLogin(true, { app, platform, command: ["C:\\Cellar.exe"], home: "/h", environment: {} });
  expect(set).toEqual([
    platform === "darwin" ? { openAtLogin: true } : { openAtLogin: true, path: "C:\\Cellar.exe", args: ["--hidden"] },
  ]);
});

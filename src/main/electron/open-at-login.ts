/** Starting with the person's session: a login item of macOS and Windows, an entry of the desktop's autostart folder elsewhere. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { App } from "electron";
import { hiddenFlag } from "./arguments.ts";

export type LoginParts = {
  app: Pick<App, "setLoginItemSettings">;
  platform: NodeJS.Platform;
  /** Program and the words that start this very app. */
  command: readonly string[];
  /** State directory; two of them are two apps. */
  home: string;
  environment: NodeJS.ProcessEnv;
};

/** Throws where the system does not let us. */
export function setOpenAtLogin(open: boolean, parts: LoginParts): void {
  const { app, platform, command } = parts;
  const [program = "", ...words] = command;
  if (platform === "darwin") app.setLoginItemSettings({ openAtLogin: open });
  else if (platform === "win32")
    app.setLoginItemSettings({ openAtLogin: open, path: program, args: [...words, hiddenFlag] });
  else setAutostart(open, parts);
}

function setAutostart(open: boolean, { command, home, environment }: LoginParts): void {
  const path = autostartPath(environment);
  if (open) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, autostartEntry(command, home, environment["CELLAR_HOME"] !== undefined));
  } else if (isOurs(path, home)) rmSync(path, { force: true });
}

/** Desktop Application Autostart Specification. */
export function autostartPath(environment: NodeJS.ProcessEnv): string {
  const config = environment["XDG_CONFIG_HOME"] || join(environment["HOME"] ?? "/", ".config");
  return join(config, "autostart", "cellar.desktop");
}

const homeKey = "X-Cellar-Home";

/** `elsewhere`: the home is not where Cellar would look for it by itself. */
export function autostartEntry(command: readonly string[], home: string, elsewhere: boolean): string {
  const words = [...(elsewhere ? ["env", `CELLAR_HOME=${home}`] : []), ...command, hiddenFlag];
  return `${[
    "[Desktop Entry]",
    "Type=Application",
    "Name=Cellar",
    "Comment=Start Cellar in the tray",
    `Exec=${words.map(quotedForExec).join(" ")}`,
    "Icon=cellar",
    "Terminal=false",
    "X-GNOME-Autostart-enabled=true",
    `${homeKey}=${escaped(home)}`,
  ].join("\n")}\n`;
}

/** An entry that another home has made is not ours to take away. */
function isOurs(path: string, home: string): boolean {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .includes(`${homeKey}=${escaped(home)}`);
  } catch {
    return false;
  }
}

/** Desktop Entry Specification, "The Exec key": quoting of its own, `%` is a field code, and over all of it the escapes of any value. */
function quotedForExec(word: string): string {
  const plain = word.replaceAll("%", "%%");
  if (/^[\w@%+=:,./-]+$/.test(plain)) return plain;
  return escaped(`"${plain.replace(/["`$\\]/g, String.raw`\$&`)}"`);
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r");
}

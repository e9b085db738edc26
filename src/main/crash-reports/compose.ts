/** Crash reports, which know what must not stand in them. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { Ground } from "../ground.ts";
import type { Vault } from "../vault/index.ts";
import { CrashReports } from "./service.ts";
import { secretsOfEnvironment, surroundings } from "./surroundings.ts";
import { watchProcess } from "./watch-process.ts";

export function composeCrashReports({ paths, desktop, version, endings }: Ground, vault: Vault): CrashReports {
  const { node, electron } = process.versions;
  const about = [`Cellar ${version}`, `${process.platform} ${process.arch}`, desktop.face, `Node ${node}`];
  if (electron !== undefined) about.push(`Electron ${electron}`);
  const reports = new CrashReports({
    folder: join(paths.logs, "crash-reports"),
    about: about.join(" · "),
    secrets: () => [...vault.known().map(({ secret }) => secret), ...secretsOfEnvironment(process.env)],
    surroundings: surroundings(paths.home),
    personHome: homedir(),
  });
  endings.add(watchProcess(reports, { staysAlive: desktop.face === "electron" }));
  return reports;
}

/** Opens what all domains stand on: the log, the settings, the database, and what runs other programs. */
import { join } from "node:path";
import { Git } from "#node/git/index.ts";
import { openLog } from "#node/log.ts";
import { loginEnvironment } from "#node/login-environment.ts";
import { Subprocesses } from "#node/subprocess.ts";
import type { Ground } from "./ground.ts";
import { SettingsService } from "./settings/index.ts";
import { openCellarStore } from "./store/index.ts";

const withoutExtensions =
  "Started without your own extensions: agent-programs.toml, providers.toml and manifests are not read. Quit Cellar and start it again to use them.";

export function layGround(given: Pick<Ground, "paths" | "desktop" | "version" | "ownExtensions" | "endings">): Ground {
  const { paths, ownExtensions, endings } = given;
  const logPath = join(paths.logs, "main.log");
  const log = openLog(logPath);
  endings.add(() => log.info("services stopped"));
  // Whatever it was, it must not end what all bottles get out by.
  const defect = (error: unknown) => log.error({ err: error }, "a defect: nobody waited for what failed");
  process.on("unhandledRejection", defect);
  endings.add(() => process.off("unhandledRejection", defect));
  const settings = new SettingsService(paths.settings);
  endings.add(() => settings.close());
  const store = openCellarStore(paths);
  endings.add(() => store.close());
  const subprocesses = new Subprocesses();
  endings.add(() => subprocesses.close());
  return {
    ...given,
    log,
    logPath,
    failed: (error, what) => log.warn({ err: error }, what),
    settings,
    database: store.database,
    subprocesses,
    git: new Git(subprocesses, loginEnvironment),
    notices: [...(ownExtensions ? [] : [withoutExtensions]), ...settings.notices, ...store.notices],
  };
}

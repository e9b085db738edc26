/** The state directory: whose it is, who may read it, its sockets, its databases. Nothing is made or changed. */
import { existsSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { homeFolder } from "#node/paths.ts";
import { sqliteDriver } from "#node/store/driver.ts";
import { bytes } from "#shared/time.ts";
import { type Check, failed, note, ok, warned } from "./report.ts";

const anybodyElse = 0o077;

export async function checkHome(): Promise<Check[]> {
  const wanted = homeFolder();
  const stat = statSync(wanted, { throwIfNoEntry: false });
  if (stat === undefined) return [note("Folder", `${wanted} will be made at the first start`)];
  if (!stat.isDirectory()) return [failed("Folder", `${wanted} is not a folder`, "Remove it, or set CELLAR_HOME.")];
  const home = realpathSync(wanted);
  return [
    permissions("Folder", home, stat),
    runtimeCheck(home),
    ...(await Promise.all(["cellar.db", "terminals.db"].map((file) => databaseCheck(join(home, file))))),
  ];
}

function permissions(name: string, path: string, stat: Stats): Check {
  if (process.platform === "win32") return ok(name, path);
  if (stat.uid !== process.getuid?.()) {
    return failed(name, `${path} belongs to another user`, "Set CELLAR_HOME to a folder of your own.");
  }
  if ((stat.mode & anybodyElse) !== 0) {
    const mode = (stat.mode & 0o777).toString(8);
    return warned(
      name,
      `${path} is open to others (${mode})`,
      `chmod 700 '${path}'; Cellar does so at its next start.`,
    );
  }
  return ok(name, path);
}

/** The short directory of the sockets, as the home has it noted. */
function runtimeCheck(home: string): Check {
  if (process.platform === "win32") return ok("Sockets", "named pipes");
  const noted = existsSync(join(home, "runtime-directory"))
    ? readFileSync(join(home, "runtime-directory"), "utf8").trim()
    : "";
  const stat = noted === "" ? undefined : statSync(noted, { throwIfNoEntry: false });
  return stat === undefined
    ? note("Sockets", "their folder is made when Cellar starts")
    : permissions("Sockets", noted, stat);
}

async function databaseCheck(path: string): Promise<Check> {
  const name = path.endsWith("cellar.db") ? "cellar.db" : "terminals.db";
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return note(name, "made when it is first needed");
  try {
    const Database = sqliteDriver();
    const database = new Database(path, { readonly: true, fileMustExist: true });
    try {
      const found = database.pragma("quick_check(1)", { simple: true });
      if (found !== "ok")
        return failed(
          name,
          `damaged: ${String(found)}`,
          "Start Cellar: it sets the file aside and restores the last backup.",
        );
      return ok(
        name,
        `sound, schema ${String(database.pragma("user_version", { simple: true }))}, ${bytes(stat.size)}`,
      );
    } finally {
      database.close();
    }
  } catch (thrown) {
    const { code = "", message } = thrown as NodeJS.ErrnoException;
    if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
      return ok(name, `in use, and was checked when it was opened, ${bytes(stat.size)}`);
    }
    return failed(
      name,
      `cannot be read: ${message}`,
      "Start Cellar: it sets a damaged file aside and restores the last backup.",
    );
  }
}

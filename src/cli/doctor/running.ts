/** Whether main and the terminal host run, and whether they are of our version. */
import { version } from "#node/installation.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { counted } from "#shared/time.ts";
import type { Session } from "../session.ts";
import { type Check, failed, note, ok, warned } from "./report.ts";

export async function checkRunning(session: Session): Promise<Check[]> {
  return [...(await mainChecks(session)), await hostCheck(session)];
}

async function mainChecks(session: Session): Promise<Check[]> {
  const main = await session.running();
  if (main === null) return [note("Cellar", "does not run", "cellar open starts it.")];
  const info = await main.call("app.info", {});
  const words = `${info.version}, ${info.face === "electron" ? "desktop" : "browser mode"}, pid ${info.pid}`;
  const { problems, path } = await main.call("settings.get", {});
  return [
    info.version === version()
      ? ok("Cellar", words)
      : warned(
          "Cellar",
          `${words}, but this command is of ${version()}`,
          "Quit Cellar and start it again; terminals go on.",
        ),
    ...info.notices.map((notice) => warned("At its start", notice, "Nothing, if that is what you expected.")),
    problems.length === 0 ? ok("Settings", path) : warned("Settings", problems.join("; "), `Look into ${path}.`),
  ];
}

async function hostCheck(session: Session): Promise<Check> {
  try {
    const host = await session.host();
    if (host === null) return note("Terminal host", "does not run; it is started with the first terminal");
    const { pid, liveTerminals } = await host.call("host.info", {});
    return ok("Terminal host", `${counted(liveTerminals, "terminal")}, pid ${pid}`);
  } catch (thrown) {
    const { message, hint } = thrown instanceof Failure ? thrown : problemOf(thrown);
    return failed("Terminal host", message, hint ?? "Close its terminals, then start Cellar again.");
  }
}

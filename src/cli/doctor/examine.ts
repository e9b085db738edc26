/** Makes every check. Each group is a file; a check that breaks is a failed check, not the end of the others. */
import { Subprocesses } from "#node/subprocess.ts";
import type { Session } from "../session.ts";
import { checkHome } from "./home.ts";
import { checkIsolation } from "./isolation.ts";
import { checkPrograms } from "./programs.ts";
import { type Check, type CheckGroup, type DoctorReport, failed, reportOf } from "./report.ts";
import { checkRunning } from "./running.ts";
import { checkSystem, personEnvironment } from "./system.ts";

export async function examine(session: Session): Promise<DoctorReport> {
  const subprocesses = new Subprocesses();
  try {
    const person = await personEnvironment();
    const groups: [name: string, checks: () => Promise<Check[]>][] = [
      ["This computer", () => checkSystem(subprocesses, person)],
      ["Home", () => checkHome()],
      ["Running", () => checkRunning(session)],
      ["Isolation", () => checkIsolation(subprocesses, person.env)],
      ["Agent programs", () => checkPrograms(session, person.env)],
    ];
    return reportOf(await Promise.all(groups.map(([name, checks]) => group(name, checks))));
  } finally {
    await subprocesses.close();
  }
}

async function group(name: string, checks: () => Promise<Check[]>): Promise<CheckGroup> {
  try {
    return { name, checks: await checks() };
  } catch (thrown) {
    return { name, checks: [failed(name, (thrown as Error).message, "This is a defect of Cellar; please report it.")] };
  }
}

/** Reports as files, one each, readable by the person alone. What is here was redacted before it was written. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CrashReport, crashReport } from "#shared/contract/crash-reports.ts";

/** Older ones go: they are for somebody who asks about a crash, soon. */
const mostKept = 50;

export class ReportFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Newest first; a file that is no report is left alone. */
  read(): CrashReport[] {
    const found = this.#names().flatMap((name) => {
      try {
        return [crashReport.parse(JSON.parse(readFileSync(join(this.folder, name), "utf8")))];
      } catch {
        return [];
      }
    });
    return found.sort((a, b) => b.at.localeCompare(a.at));
  }

  /** Written at once: main may be about to end. Answers what is kept. */
  write(report: CrashReport, others: readonly CrashReport[]): CrashReport[] {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#path(report.id), JSON.stringify(report), { mode: 0o600 });
    const all = [report, ...others.filter(({ id }) => id !== report.id)];
    for (const { id } of all.slice(mostKept)) this.remove(id);
    return all.slice(0, mostKept);
  }

  remove(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.folder, `${id}.json`);
  }

  #names(): string[] {
    try {
      return readdirSync(this.folder).filter((name) => /^crash-[0-9a-f]{12}\.json$/.test(name));
    } catch {
      return [];
    }
  }
}

/** Takes what went wrong, redacts it at once, and keeps it on this computer until a person has read, saved or deleted it. Sends nothing. */
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Secret } from "#node/secret.ts";
import type { CrashReport, CrashReportsState } from "#shared/contract/crash-reports.ts";
import { Failure } from "#shared/failure.ts";
import { redact, type Surroundings } from "./redact.ts";
import { ReportFiles } from "./store.ts";
import { tell } from "./tell.ts";

/** Different ones of one run: what goes wrong in a circle says nothing new. */
const mostOfARun = 20;
/** Beyond this the same is not counted on: each time is a write. */
const mostTimes = 100;
/** Characters; taken off after redacting, so that no half of a secret is left. */
const longestText = 16_000;
const longestTitle = 200;

export type CrashReportsParts = {
  folder: string;
  /** `Cellar 1.2.3 · linux x64 · …` */
  about: string;
  /** Asked at each report: the vault may have been opened since. */
  secrets: () => readonly Secret[];
  surroundings: Omit<Surroundings, "secrets">;
  personHome: string;
};

export type Crash = {
  process: string;
  /** How it came to be known: `uncaught exception`. */
  how: string;
  thrown: unknown;
};

export class CrashReports {
  readonly #parts: CrashReportsParts;
  readonly #files: ReportFiles;
  readonly #listeners = new Set<() => void>();
  /** Of this run, by what they say. */
  readonly #ofRun = new Map<string, CrashReport>();
  #reports: CrashReport[];

  constructor(parts: CrashReportsParts) {
    this.#parts = parts;
    this.#files = new ReportFiles(parts.folder);
    this.#reports = this.#files.read();
  }

  get state(): CrashReportsState {
    return { reports: this.#reports, folder: this.#parts.folder };
  }

  onChange(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** Never throws: it is called where something has gone wrong already. */
  record(crash: Crash): void {
    try {
      this.#keep(crash);
    } catch (error) {
      console.error("a crash could not be written down:", (error as Error).message);
    }
  }

  /** Answers the new file. */
  save(id: string): string {
    const { at, text } = this.#get(id);
    const downloads = join(this.#parts.personHome, "Downloads");
    const folder = existsSync(downloads) ? downloads : this.#parts.personHome;
    const name = `cellar-report-${at.slice(0, 19).replaceAll(":", "-")}-${id.slice(-4)}`;
    for (let number = 1; ; number++) {
      const path = join(folder, `${name}${number === 1 ? "" : `-${number}`}.txt`);
      try {
        writeFileSync(path, text, { flag: "wx", mode: 0o600 });
        return path;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  remove(id: string): void {
    this.#get(id);
    this.#files.remove(id);
    this.#changed(this.#reports.filter((report) => report.id !== id));
  }

  removeAll(): void {
    for (const { id } of this.#reports) this.#files.remove(id);
    this.#changed([]);
  }

  #get(id: string): CrashReport {
    const report = this.#reports.find((each) => each.id === id);
    if (report === undefined) throw new Failure("not_found", "this report was deleted");
    return report;
  }

  #keep({ process, how, thrown }: Crash): void {
    const said = redact(tell(thrown), { ...this.#parts.surroundings, secrets: this.#parts.secrets() });
    const key = `${process}\n${how}\n${said}`;
    const before = this.#ofRun.get(key);
    if (before === undefined && this.#ofRun.size >= mostOfARun) return;
    if (before !== undefined && before.count >= mostTimes) return;
    const at = new Date().toISOString();
    const count = (before?.count ?? 0) + 1;
    const times = count === 1 ? "" : ` · ${count} times`;
    const report: CrashReport = {
      id: before?.id ?? `crash-${randomBytes(6).toString("hex")}`,
      at,
      process,
      title: said.split("\n", 1)[0]!.slice(0, longestTitle),
      text: `${this.#parts.about}\n${at} · ${process} · ${how}${times}\n\n${said}`.slice(0, longestText),
      count,
    };
    this.#ofRun.set(key, report);
    this.#changed(this.#files.write(report, this.#reports));
  }

  #changed(reports: CrashReport[]): void {
    this.#reports = reports;
    for (const listener of this.#listeners) listener();
  }
}

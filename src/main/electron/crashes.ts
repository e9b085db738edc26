/**
 * Processes of Chromium that ended by themselves, as reports. Electron's own crash reporter is never started: what it writes down is memory, which
 * holds secrets (main's, as `core-dumps.ts` says; a window's, what was typed and shown), cannot be redacted, and would be on the disk.
 */
import { app } from "electron";
import type { CrashReports } from "../crash-reports/index.ts";

export function watchChromium(reports: CrashReports): void {
  const record = (process: string, { reason, exitCode }: { reason: string; exitCode: number }) => {
    if (reason === "clean-exit") return;
    reports.record({ process, how: "process gone", thrown: `${process}: ${reason}, exit code ${exitCode}` });
  };
  app.on("render-process-gone", (_event, _contents, details) => record("window", details));
  app.on("child-process-gone", (_event, details) => record(details.type.toLowerCase(), details));
}

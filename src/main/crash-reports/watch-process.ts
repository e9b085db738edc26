/** Errors of main that nobody has caught. Looking on changes nothing of what happens next. */
import type { CrashReports } from "./service.ts";

/**
 * `staysAlive`: under Electron a promise that nobody handles is only warned of, so it is asked for by itself; under Node it becomes an
 * uncaught exception, which ends main. Returns what ends the watching.
 */
export function watchProcess(reports: CrashReports, { staysAlive }: { staysAlive: boolean }): () => void {
  const monitor = (thrown: unknown, origin: NodeJS.UncaughtExceptionOrigin) =>
    reports.record({
      process: "main",
      how: origin === "unhandledRejection" ? "unhandled rejection" : "uncaught exception",
      thrown,
    });
  const rejected = (thrown: unknown) => {
    // As the warning would, in whose place this comes.
    console.error("unhandled rejection:", thrown);
    reports.record({ process: "main", how: "unhandled rejection", thrown });
  };
  process.on("uncaughtExceptionMonitor", monitor);
  if (staysAlive) process.on("unhandledRejection", rejected);
  return () => {
    process.off("uncaughtExceptionMonitor", monitor);
    process.off("unhandledRejection", rejected);
  };
}

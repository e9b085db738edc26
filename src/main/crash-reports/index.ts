/** Crash reports: text on this computer, redacted when it is written, sent by nobody. */
export { composeCrashReports } from "./compose.ts";
export { crashReportsProcedures } from "./procedures.ts";
export { CrashReports } from "./service.ts";
export { watchHost } from "./watch-host.ts";

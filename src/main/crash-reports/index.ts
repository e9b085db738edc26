/** Crash reports: text on this computer, redacted when it is written, sent by nobody. */
export { crashReportsProcedures } from "./procedures.ts";
export { CrashReports } from "./service.ts";
export { secretsOfEnvironment, surroundings } from "./surroundings.ts";
export { watchProcess } from "./watch-process.ts";

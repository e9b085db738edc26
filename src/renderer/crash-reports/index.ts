/** Crash reports as the window has them: it says what it did not expect, and shows what is kept. */
export { CrashReportsSection, matchesCrashReports } from "./crash-reports-section.tsx";
export { reportErrors } from "./report-errors.ts";

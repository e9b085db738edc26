/** The crash reports' part of the contract. */
import { latest } from "../latest.ts";
import { implementing } from "../transport/implementing.ts";
import type { CrashReports } from "./service.ts";

export function crashReportsProcedures(reports: CrashReports) {
  const { crashReports } = implementing;
  return crashReports.router({
    watch: crashReports.watch.handler(({ signal }) =>
      latest(
        () => reports.state,
        (changed) => reports.onChange(changed),
        signal,
      ),
    ),
    report: crashReports.report.handler(({ input: { message, stack } }) => {
      const thrown = new Error(message);
      thrown.stack = stack;
      reports.record({ process: "window", how: "uncaught error", thrown });
      return {};
    }),
    save: crashReports.save.handler(({ input }) => ({ path: reports.save(input.id) })),
    remove: crashReports.remove.handler(({ input }) => {
      reports.remove(input.id);
      return {};
    }),
    removeAll: crashReports.removeAll.handler(() => {
      reports.removeAll();
      return {};
    }),
  });
}

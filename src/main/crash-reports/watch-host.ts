import type { TerminalService } from "../terminals/index.ts";
import type { CrashReports } from "./service.ts";

/** What nobody has caught in the terminal host: it tells main, which can redact. */
export function watchHost(reports: CrashReports, terminals: Pick<TerminalService, "onEvent">): void {
  terminals.onEvent((event) => {
    if (event.type === "defect") reports.record({ process: "terminal host", how: event.how, thrown: event.text });
  });
}

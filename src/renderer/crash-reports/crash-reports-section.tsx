/** Crash reports in the settings: what is kept, each to be read exactly as it would leave, saved, copied or deleted. */
import { ChevronRight, Trash2 } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import type { CrashReport } from "#shared/contract/crash-reports.ts";
import { useActions } from "../app/actions.ts";
import { useClient, useConnection } from "../connection/index.ts";
import { useLists } from "../live/index.ts";
import { Ago, Button, CopyButton, IconButton, LogText, notice, orNotice, Sign, TwoStepButton } from "../ui/index.ts";

const words = "crash reports errors diagnostics privacy bugs send save telemetry";

/** Whether the section is among what was searched for. */
export function matchesCrashReports(search: string): boolean {
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
}

export function CrashReportsSection() {
  const { crashReports } = useLists();
  const client = useClient();
  const state = useSyncExternalStore(crashReports.subscribe, crashReports.get);
  if (state === null) return null;
  const { reports, folder } = state;
  return (
    <section aria-label="Crash reports" className="mb-6">
      <h3 className="border-line border-b pb-1 text-muted">Crash reports</h3>
      <div className="flex flex-wrap items-start gap-3 py-2.5">
        <p className="min-w-0 max-w-[70ch] flex-1 text-muted">
          {reports.length === 0 ? "None. " : ""}
          Errors inside Cellar are written down on this computer and sent nowhere. Values of the vault, what looks like
          a credential, and your folders and names are taken out before. No memory of a process is kept.
        </p>
        {reports.length > 1 && (
          <TwoStepButton
            small
            confirm={`Delete ${reports.length} reports now`}
            onConfirm={() => void orNotice("Could not delete the reports", client.crashReports.removeAll({}))}
          >
            Delete all…
          </TwoStepButton>
        )}
      </div>
      {reports.length > 0 && (
        <>
          <ul aria-label="Reports, newest first" className="divide-y divide-line border-line border-y">
            {reports.map((report) => (
              <Report key={report.id} report={report} />
            ))}
          </ul>
          <p className="mt-1 truncate text-faint text-sm">
            In <code className="font-mono">{folder}</code>
          </p>
        </>
      )}
    </section>
  );
}

function Report({ report: { id, at, process, title, text, count } }: { report: CrashReport }) {
  const client = useClient();
  const [open, setOpen] = useState(false);
  const save = useSave();
  return (
    <li className="py-1.5">
      <div className="flex min-h-7 items-center gap-2">
        <button
          type="button"
          aria-expanded={open}
          className="flex min-w-0 flex-1 items-center gap-2 rounded text-left hover:bg-hover"
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={13} aria-hidden className={`shrink-0 text-faint ${open ? "rotate-90" : ""}`} />
          <Sign state="failed" />
          <span className="min-w-0 flex-1 truncate">{title}</span>
          {count > 1 && <span className="tabular shrink-0 text-muted text-sm">{count} times</span>}
          <span className="shrink-0 text-muted text-sm">{process}</span>
          <span className="shrink-0 text-muted text-sm">
            <Ago at={at} />
          </span>
        </button>
        <IconButton
          label={`Delete the report “${title}”`}
          onClick={() => void orNotice("Could not delete the report", client.crashReports.remove({ id }))}
        >
          <Trash2 size={13} aria-hidden />
        </IconButton>
      </div>
      {open && (
        <div className="mt-1 mb-2 flex flex-col gap-2 pl-5">
          <p className="text-muted">This is all of it. Read it before you give it to anybody.</p>
          <LogText label="The report">{text}</LogText>
          <div className="flex items-center gap-2">
            <Button small onClick={() => void save(id)}>
              Save a report…
            </Button>
            <CopyButton text={text} label="Copy the report" />
          </div>
        </div>
      )}
    </li>
  );
}

function useSave() {
  const client = useClient();
  const { face } = useConnection();
  const actions = useActions();
  return async (id: string) => {
    const saved = await orNotice("Could not save the report", client.crashReports.save({ id }));
    if (!saved) return;
    const { path } = saved;
    notice({
      kind: "done",
      text: `Saved as ${path}`,
      action:
        face === "electron"
          ? { label: "Show in its folder", run: () => actions.reveal(path) }
          : { label: "Copy its path", run: () => actions.copy(path, "path") },
    });
  };
}

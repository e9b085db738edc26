/** Search in the output of all terminals: what was found, newest terminal first, and one Enter away from it. */
import { useQuery } from "@tanstack/react-query";
import { Regex } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useState } from "react";
import { labelIn } from "#shared/terminals/label.ts";
import { terminalPanel } from "../app/terminal-panel.tsx";
import { problemFrom, useClient } from "../connection/index.ts";
import { panelFocusAttribute } from "../dock/panels.tsx";
import { ownWorkspace, useTerminal, useTerminalLabel, useTerminals, useWorkspace } from "../live/index.ts";
import { counted, IconButton, inputClass, ProblemNote } from "../ui/index.ts";
import { type Found, groupByTerminal, partsOf } from "./search-results.ts";
import { wantFind } from "./wanted-find.ts";

const most = 500;
/** Main reads logs for this: it is asked when the fingers rest. */
const settleMs = 200;

export default function SearchScreen() {
  const client = useClient();
  const [text, setText] = useState("");
  const [regex, setRegex] = useState(false);
  const wanted = useSettled(text);
  const { data, error, isFetching } = useQuery({
    queryKey: ["terminals.search", wanted, regex],
    queryFn: ({ signal }) => client.terminals.search({ text: wanted, regex, limit: most }, { signal }),
    enabled: wanted !== "",
    placeholderData: (before) => before,
  });
  const { byId } = useTerminals();
  const here = (data ?? []).filter(({ terminalId }) => ownWorkspace === null || byId.has(terminalId));
  const groups = useDeferredValue(wanted === "" || error ? [] : groupByTerminal(here));

  return (
    <div className="flex h-full flex-col bg-panel">
      <search className="flex flex-none items-center gap-1 border-line border-b p-2">
        <input
          {...{ [panelFocusAttribute]: "" }}
          value={text}
          aria-label="Text to find in all terminals"
          placeholder="Text in the output of any terminal"
          autoComplete="off"
          spellCheck={false}
          className={`${inputClass} font-mono text-sm`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowDown") return;
            event.preventDefault();
            document.querySelector<HTMLElement>("[data-found]")?.focus();
          }}
        />
        <IconButton label="Regular expression" pressed={regex} onClick={() => setRegex(!regex)}>
          <Regex size={14} aria-hidden />
        </IconButton>
      </search>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys between the buttons in it */}
      <div className="min-h-0 flex-1 overflow-y-auto" onKeyDown={moveBetweenResults}>
        {error && (
          <div className="p-2">
            <ProblemNote problem={problemFrom(error)} />
          </div>
        )}
        <p role="status" className="px-3 py-1.5 text-muted text-sm">
          {wanted === ""
            ? "Finished terminals are searched too."
            : error
              ? ""
              : isFetching && data === undefined
                ? "Searching…"
                : summary(here.length, groups.length)}
        </p>
        {groups.map(({ terminalId, found }) => (
          <Group key={terminalId} terminalId={terminalId} found={found} text={wanted} regex={regex} />
        ))}
      </div>
    </div>
  );
}

function Group(props: { terminalId: string; found: readonly Found[]; text: string; regex: boolean }) {
  const { terminalId, found, text, regex } = props;
  const terminal = useTerminal(terminalId);
  const workspace = useWorkspace(terminal?.owner.workspaceId ?? null);
  const label = useTerminalLabel(terminal) || terminalId;
  return (
    <div className="pb-2">
      <h3 className="sticky top-0 flex items-center gap-2 bg-panel px-3 py-1">
        <span className="min-w-0 truncate">
          {workspace && <span className="text-muted">{workspace.name} · </span>}
          {labelIn(label, workspace?.name)}
        </span>
        <span className="tabular font-normal text-faint">{found.length}</span>
      </h3>
      <ul>
        {found.map((one) => (
          <li key={`${one.line}:${one.start}`}>
            <button
              type="button"
              data-found
              className="flex w-full items-baseline gap-3 px-3 text-left font-mono text-sm leading-6 hover:bg-hover focus-visible:bg-hover"
              onClick={() => {
                wantFind(terminalId, text, regex);
                terminalPanel.open({ terminalId });
              }}
            >
              <span className="tabular w-14 flex-none text-right text-faint">{one.line}</span>
              <span className="min-w-0 truncate whitespace-pre">
                {partsOf(one).map(({ text: part, match }) =>
                  match ? (
                    <mark key="match" className="bg-attention-tint text-text">
                      {part}
                    </mark>
                  ) : (
                    part
                  ),
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function summary(found: number, terminals: number): string {
  if (found === 0) return "Nothing found.";
  return `${found === most ? "The newest " : ""}${counted(found, "match", "matches")} in ${counted(terminals, "terminal")}`;
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function moveBetweenResults(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-found]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  rows[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}

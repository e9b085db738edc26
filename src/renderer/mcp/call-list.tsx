/** What MCP clients have called, newest first: who, what, which terminal, and how it went. Never what was typed or read. */
import type { McpCall } from "#shared/contract/mcp.ts";
import type { State } from "#shared/states.ts";
import { openTerminal } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { useLiveList, useTerminal, useTerminalLabel } from "../live/index.ts";
import { Ago, duration, Sign } from "../ui/index.ts";
import { VirtualRows } from "../ui/virtual-rows.tsx";

const rowHeight = 28;
const rowsShown = 10;

const outcomes: Record<McpCall["outcome"], { state: State; words: string }> = {
  ok: { state: "done", words: "Done" },
  error: { state: "failed", words: "Error" },
  refused: { state: "cancelled", words: "Out of reach" },
  invalid: { state: "failed", words: "Not understood" },
};

export function CallList() {
  const client = useClient();
  const { items, status } = useLiveList(client.mcp.watchCalls, {});
  const calls = items.toSorted((a, b) => b.at.localeCompare(a.at));
  if (calls.length === 0) {
    return <p className="text-muted">{status === "loading" ? "" : "None since Cellar was started."}</p>;
  }
  return (
    <VirtualRows
      count={calls.length}
      rowHeight={rowHeight}
      tabIndex={0}
      role="list"
      aria-label="Recent calls, newest first"
      className="rounded border border-line"
      style={{ height: Math.min(calls.length, rowsShown) * rowHeight + 2 }}
      row={(index) => {
        const call = calls[index];
        return call && <Call key={call.id} call={call} />;
      }}
    />
  );
}

function Call({ call }: { call: McpCall }) {
  const terminal = useTerminal(call.terminalId);
  const label = useTerminalLabel(terminal);
  const { state, words } = outcomes[call.outcome];
  return (
    // biome-ignore lint/a11y/useSemanticElements: its list is a scrolling box of positioned rows
    <div role="listitem" style={{ height: rowHeight }} className="flex items-center gap-2 px-2">
      <Sign state={state} />
      <span className="w-24 shrink-0 truncate">{words}</span>
      <span className="w-28 shrink-0 truncate" data-tip={call.via === "stdio" ? "Over stdio" : "Over HTTP"}>
        {call.programName ?? "You"}
      </span>
      <code className="w-36 shrink-0 truncate font-mono text-sm">{call.tool}</code>
      <span className="min-w-0 flex-1 truncate">
        {terminal && (
          <button type="button" className="truncate underline" onClick={() => openTerminal(terminal.id)}>
            {label}
          </button>
        )}
        {!terminal && call.terminalId && <span className="text-faint">{call.terminalId}</span>}
      </span>
      <span className="tabular w-14 shrink-0 text-right text-muted">{duration(call.ms)}</span>
      <Ago at={call.at} className="w-20 shrink-0 text-right text-faint" />
    </div>
  );
}

/** The output of one cell: virtual, searchable, honest about what was cut. */
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Cell } from "#shared/contract/cells.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { bytes, grouped, IconButton, ProblemNote } from "../ui/index.ts";
import { VirtualRows, type VirtualRowsHandle } from "../ui/virtual-rows.tsx";
import { loadOutput, type Match, matchesOf, mostMatches, type OutputText } from "./output-text.ts";

const rowHeight = 17;
/** Below this there is nothing to search that the eye does not find. */
const searchFrom = 12;

export function OutputViewer({ cell, fill }: { cell: Cell; fill?: boolean }) {
  const { text, problem } = useOutput(cell);
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const rows = useRef<VirtualRowsHandle>(null);
  const lines = useMemo(() => withoutLastEmpty(text?.lines ?? []), [text]);
  const matches = useMemo(() => matchesOf(lines, wanted), [lines, wanted]);
  const byLine = useMemo(() => Map.groupBy(matches, (match) => match.line), [matches]);
  const current = matches[at];

  useEffect(() => {
    if (current) rows.current?.reveal(current.line);
  }, [current]);

  if (problem) return <ProblemNote problem={problem} />;
  if (text === null) return null;
  if (lines.length === 0) return <p className="px-2 py-1 text-faint text-sm">No output.</p>;
  const step = (by: 1 | -1) =>
    setAt((now) => (matches.length === 0 ? 0 : (now + by + matches.length) % matches.length));

  return (
    <div className={`flex min-h-0 flex-col rounded border border-line bg-field ${fill ? "h-full" : ""}`}>
      {lines.length >= searchFrom && (
        <search className="flex items-center gap-0.5 border-line border-b p-1" aria-label="Find in this output">
          <input
            value={wanted}
            aria-label="Find in this output"
            placeholder="Find"
            autoComplete="off"
            spellCheck={false}
            className="h-6 min-w-0 flex-1 rounded border border-transparent bg-transparent px-1.5 font-mono text-sm placeholder:text-faint"
            onChange={(event) => {
              setWanted(event.target.value);
              setAt(0);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
              if (event.key !== "Escape" || wanted === "") return;
              event.stopPropagation();
              setWanted("");
            }}
          />
          <span role="status" className="tabular px-1 text-muted text-sm">
            {countWords(wanted, matches.length, at)}
          </span>
          <IconButton label="Previous match" disabled={matches.length === 0} onClick={() => step(-1)}>
            <ChevronUp size={14} aria-hidden />
          </IconButton>
          <IconButton label="Next match" disabled={matches.length === 0} onClick={() => step(1)}>
            <ChevronDown size={14} aria-hidden />
          </IconButton>
        </search>
      )}
      <VirtualRows
        handle={rows}
        count={lines.length}
        rowHeight={rowHeight}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Output of the cell"
        className={`select-text overflow-x-auto! py-1 font-mono text-sm ${fill ? "min-h-0 flex-1" : ""}`}
        style={fill ? {} : { height: Math.min(lines.length, 16) * rowHeight + 10 }}
        row={(index) => (
          <div key={index} className="whitespace-pre px-2" style={{ height: rowHeight, lineHeight: `${rowHeight}px` }}>
            <Line text={lines[index] ?? ""} matches={byLine.get(index)} current={current} />
          </div>
        )}
      />
      <Foot cell={cell} text={text} />
    </div>
  );
}

function Line(props: { text: string; matches: readonly Match[] | undefined; current: Match | undefined }) {
  const { text, matches, current } = props;
  if (matches === undefined) return text || " ";
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const match of matches) {
    parts.push(
      text.slice(from, match.start),
      <mark
        key={match.start}
        className={match === current ? "bg-accent text-on-accent" : "bg-attention-tint text-text"}
      >
        {text.slice(match.start, match.end)}
      </mark>,
    );
    from = match.end;
  }
  return [...parts, text.slice(from)];
}

function Foot({ cell, text }: { cell: Cell; text: OutputText }) {
  const loading = text.loaded < text.totalLength;
  if (!cell.truncated && !loading) return null;
  return (
    <p className="border-line border-t px-2 py-1 text-muted text-sm">
      {loading && `Loading, ${Math.floor((text.loaded / text.totalLength) * 100)} %. `}
      {cell.truncated && `Cut at ${bytes(cell.outputBytes)}: the rest was not kept.`}
    </p>
  );
}

function useOutput(cell: Cell): { text: OutputText | null; problem: Problem | null } {
  const client = useClient();
  const [text, setText] = useState<OutputText | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { id, state } = cell;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a cell that ends meanwhile has more output than before
  useEffect(() => {
    const stop = new AbortController();
    setProblem(null);
    loadOutput(client, id, stop.signal, setText).catch((thrown: unknown) => {
      if (!stop.signal.aborted) setProblem(problemFrom(thrown));
    });
    return () => stop.abort();
  }, [client, id, state]);

  return { text, problem };
}

function countWords(wanted: string, count: number, at: number): string {
  if (wanted === "") return "";
  if (count === 0) return "No match";
  return `${grouped(at + 1)} of ${grouped(count)}${count === mostMatches ? "+" : ""}`;
}

/** A final line end is not one more line. */
function withoutLastEmpty(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

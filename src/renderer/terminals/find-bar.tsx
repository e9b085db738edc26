/** Find in one terminal: over its top right corner, so that opening it moves nothing. */
import { CaseSensitive, ChevronDown, ChevronUp, Regex, WholeWord, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { grouped, IconButton } from "../ui/index.ts";
import type { TerminalSession } from "./session.ts";
import type { WantedFind } from "./wanted-find.ts";

/** Colours of matches: xterm wants them as values, and they lie on the terminal's palette, not on ours. */
const colours = {
  dark: { matchBackground: "#5a4a1c", activeMatchBackground: "#8a5f00" },
  light: { matchBackground: "#fbe7a8", activeMatchBackground: "#ffc247" },
} as const;

type Options = { caseSensitive: boolean; wholeWord: boolean; regex: boolean };

export type FindBarProps = {
  session: TerminalSession;
  theme: "dark" | "light";
  /** What somebody elsewhere asked to find here. */
  wanted: WantedFind | null;
  onClose: () => void;
};

export function FindBar({ session, theme, wanted, onClose }: FindBarProps) {
  const painted = useStore(session.state, (state) => state.painted);
  const { search } = session.emulator;
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => wanted?.text ?? oneLine(session.selection));
  const [options, setOptions] = useState<Options>({
    caseSensitive: false,
    wholeWord: false,
    regex: wanted?.regex ?? false,
  });
  const [results, setResults] = useState<{ index: number; count: number } | null>(null);
  const broken = options.regex && !isRegex(text);

  const decorations = {
    ...colours[theme],
    matchOverviewRuler: colours[theme].activeMatchBackground,
    activeMatchColorOverviewRuler: colours[theme].activeMatchBackground,
  };
  const find = (direction: "next" | "previous", incremental = false) => {
    if (text === "" || broken) return search.clearDecorations();
    const how = { ...options, decorations, incremental };
    if (direction === "next") search.findNext(text, how);
    else search.findPrevious(text, how);
  };
  const findNow = useRef(find);
  findNow.current = find;

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
    const listening = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setResults({ index: resultIndex, count: resultCount }),
    );
    return () => {
      listening.dispose();
      search.clearDecorations();
    };
  }, [search]);

  // The addon takes the same text for the same search, whatever the options: what it remembers goes first.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the options whose change matters
  useEffect(() => search.clearDecorations(), [options]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the text and the options whose change starts a search
  useEffect(() => {
    if (text === "") setResults(null);
    // What was printed last is what is looked for most: from the bottom up.
    findNow.current("previous", true);
  }, [text, options, painted]);

  const toggle = (key: keyof Options) => setOptions((now) => ({ ...now, [key]: !now[key] }));

  return (
    <search
      aria-label="Find in this terminal"
      className="absolute top-1 right-4 z-10 flex max-w-[calc(100%-2rem)] flex-wrap items-center justify-end gap-0.5 rounded-md border border-line bg-raised p-1 shadow-raised"
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <input
        ref={field}
        value={text}
        aria-label="Find"
        aria-invalid={broken || undefined}
        placeholder="Find"
        autoComplete="off"
        spellCheck={false}
        className="h-6 w-44 min-w-20 rounded border border-line-field bg-field px-2 font-mono text-sm placeholder:text-faint aria-invalid:border-negative"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          find(event.shiftKey ? "next" : "previous");
        }}
      />
      <IconButton label="Match case" pressed={options.caseSensitive} onClick={() => toggle("caseSensitive")}>
        <CaseSensitive size={15} aria-hidden />
      </IconButton>
      <IconButton label="Whole words" pressed={options.wholeWord} onClick={() => toggle("wholeWord")}>
        <WholeWord size={15} aria-hidden />
      </IconButton>
      <IconButton label="Regular expression" pressed={options.regex} onClick={() => toggle("regex")}>
        <Regex size={14} aria-hidden />
      </IconButton>
      <span role="status" className="tabular min-w-20 px-1 text-right text-muted text-sm">
        {broken ? "Not a pattern" : countWords(text, results)}
      </span>
      <IconButton label="Previous match" keys="Enter" onClick={() => find("previous")}>
        <ChevronUp size={15} aria-hidden />
      </IconButton>
      <IconButton label="Next match" keys="Shift+Enter" onClick={() => find("next")}>
        <ChevronDown size={15} aria-hidden />
      </IconButton>
      <IconButton label="Close find" keys="Esc" onClick={onClose}>
        <X size={14} aria-hidden />
      </IconButton>
    </search>
  );
}

function countWords(text: string, results: { index: number; count: number } | null): string {
  if (text === "" || results === null) return "";
  if (results.count === 0) return "No match";
  return results.index < 0
    ? `${grouped(results.count)}+`
    : `${grouped(results.index + 1)} of ${grouped(results.count)}`;
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** A selection is a good guess at what to look for, unless it is a whole passage. */
function oneLine(selection: string): string {
  return selection.includes("\n") || selection.length > 200 ? "" : selection;
}

/** A long list of what happened, newest first: filters with their counts, a text to search for, rows that are only drawn where they are seen. */
import type { ReactNode } from "react";
import { grouped } from "#shared/time.ts";
import { Button } from "./button.tsx";
import { inputClass } from "./field.tsx";
import { VirtualRows } from "./virtual-rows.tsx";

const rowHeight = 28;

export function FilteredRows<Filter extends string, Item>(props: {
  label: string;
  filters: Readonly<Record<Filter, string>>;
  filter: Filter;
  countOf: (filter: Filter) => number;
  onFilter: (filter: Filter) => void;
  text: string;
  /** What the text is looked for in: "Host or path". */
  searches: string;
  onText: (text: string) => void;
  items: readonly Item[];
  row: (item: Item) => ReactNode;
  /** Under the rows. */
  children?: ReactNode;
}) {
  const { items, filter, text, searches } = props;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-none flex-wrap items-center gap-1 border-line border-b px-2 py-1.5">
        {(Object.keys(props.filters) as Filter[]).map((each) => (
          <Button
            key={each}
            small
            look={filter === each ? "plain" : "quiet"}
            aria-pressed={filter === each}
            onClick={() => props.onFilter(each)}
          >
            {props.filters[each]} <span className="tabular text-faint">{grouped(props.countOf(each))}</span>
          </Button>
        ))}
        <input
          value={text}
          aria-label={`Filter by ${searches.charAt(0).toLowerCase()}${searches.slice(1)}`}
          placeholder={searches}
          spellCheck={false}
          autoComplete="off"
          className={`${inputClass} max-w-64 flex-1`}
          onChange={(event) => props.onText(event.target.value)}
        />
      </div>
      {items.length === 0 ? (
        <p className="px-3 py-2 text-muted">None of them matches.</p>
      ) : (
        <VirtualRows
          count={items.length}
          rowHeight={rowHeight}
          className="min-h-0 flex-1"
          role="list"
          tabIndex={0}
          aria-label={props.label}
          row={(index) => {
            const item = items[index];
            return item !== undefined && props.row(item);
          }}
        />
      )}
      {props.children}
    </div>
  );
}

/** One row of them. */
export function FilteredRow({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: its list is a scrolling box of positioned rows
    <div role="listitem" style={{ height: rowHeight }} className="flex items-center gap-2 px-3 hover:bg-hover">
      {children}
    </div>
  );
}

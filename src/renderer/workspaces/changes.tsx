/** What changed in a workspace: the files on the left, the diff of one on the right. Arrows move through the files, Alt with them from the diff too. */
import { type KeyboardEvent, useMemo } from "react";
import type { ChangedFile, WorkspaceDetails } from "#shared/contract/workspaces.ts";
import { useActiveRow } from "../ui/active-row.ts";
import { counted, grouped, VirtualRows } from "../ui/index.ts";
import { DiffView } from "./diff-view.tsx";

const rowHeight = 28;

export function Changes({ details, version }: { details: WorkspaceDetails; version: number }) {
  const { changed, changedTotal } = details;
  const paths = useMemo(() => changed.map(({ path }) => path), [changed]);
  const { active, setActiveId, moves, handle } = useActiveRow(paths, 10);
  const file = changed[active];

  const onKeyDown = (event: KeyboardEvent) => {
    const inList = event.currentTarget.querySelector("[role=listbox]")?.contains(event.target as Node);
    if (!event.altKey && !inList) return;
    const { ArrowDown, ArrowUp, Home, End } = moves;
    const move = { ArrowDown, ArrowUp, Home, End }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };

  if (!file) return <p className="px-4 py-3 text-muted">Nothing has changed since this workspace was made.</p>;
  const added = changed.reduce((sum, each) => sum + (each.added ?? 0), 0);
  const removed = changed.reduce((sum, each) => sum + (each.removed ?? 0), 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the list, from the diff beside it as well
    <div className="flex min-h-0 flex-1 border-line border-t @max-[620px]:flex-col" onKeyDown={onKeyDown}>
      <div className="flex w-72 shrink-0 @max-[860px]:w-56 flex-col border-line border-r @max-[620px]:h-40 @max-[620px]:w-full @max-[620px]:border-r-0 @max-[620px]:border-b">
        <p className="tabular flex h-8 shrink-0 items-center gap-2 px-3 text-muted text-sm">
          <span className="flex-1">
            {counted(changedTotal, "file")}
            {changedTotal > changed.length && `, ${grouped(changed.length)} shown`}
          </span>
          <span className="text-positive">+{grouped(added)}</span>
          <span className="text-negative">−{grouped(removed)}</span>
        </p>
        <VirtualRows
          handle={handle}
          count={changed.length}
          rowHeight={rowHeight}
          role="listbox"
          aria-label="Changed files"
          aria-activedescendant={`changed-${active}`}
          tabIndex={0}
          className="min-h-0 flex-1"
          row={(index) => {
            const each = changed[index];
            return (
              each && (
                <FileRow
                  key={each.path}
                  file={each}
                  index={index}
                  chosen={index === active}
                  onChoose={() => setActiveId(each.path)}
                />
              )
            );
          }}
        />
      </div>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <p className="flex h-8 shrink-0 items-center gap-2 border-line border-b px-3">
          <code className="min-w-0 flex-1 select-text truncate font-mono text-sm">
            {file.previousPath && <span className="text-muted">{file.previousPath} → </span>}
            {file.path}
          </code>
          <span className="text-faint text-sm">Alt+↓ next file</span>
        </p>
        <div className="min-h-0 flex-1">
          <DiffView key={file.path} workspaceId={details.id} path={file.path} version={version} />
        </div>
      </div>
    </div>
  );
}

const letters: Record<ChangedFile["status"], { letter: string; words: string; tone: string }> = {
  added: { letter: "A", words: "Added", tone: "text-positive" },
  untracked: { letter: "U", words: "New, not tracked by git", tone: "text-positive" },
  modified: { letter: "M", words: "Modified", tone: "text-accent" },
  deleted: { letter: "D", words: "Deleted", tone: "text-negative" },
  renamed: { letter: "R", words: "Renamed", tone: "text-accent" },
  conflicted: { letter: "C", words: "Conflicted", tone: "text-warning" },
  "type-changed": { letter: "T", words: "Type changed", tone: "text-accent" },
};

type FileRowProps = { file: ChangedFile; index: number; chosen: boolean; onChoose: () => void };

function FileRow({ file, index, chosen, onChoose }: FileRowProps) {
  const { letter, words, tone } = letters[file.status];
  const slash = file.path.lastIndexOf("/");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keyboard
    // biome-ignore lint/a11y/useFocusableInteractive: the list names the chosen row
    <div
      id={`changed-${index}`}
      role="option"
      aria-selected={chosen}
      data-tip={`${words}\n${file.path}`}
      className={`flex h-7 items-center gap-2 px-3 ${chosen ? "bg-selected" : "hover:bg-hover"}`}
      onClick={onChoose}
    >
      <abbr aria-label={words} className={`w-3 shrink-0 font-mono text-sm no-underline ${chosen ? "text-text" : tone}`}>
        {letter}
      </abbr>
      <span className="flex min-w-0 flex-1 items-baseline gap-1.5">
        <span className="shrink-0 truncate">{file.path.slice(slash + 1)}</span>
        {slash > 0 && <span className="min-w-0 truncate text-muted text-sm">{file.path.slice(0, slash)}</span>}
      </span>
      <span className="tabular shrink-0 text-sm">
        {file.added === null ? (
          <span className="text-muted">binary</span>
        ) : (
          <span className={chosen ? "text-text" : "text-muted"}>
            +{file.added} −{file.removed}
          </span>
        )}
      </span>
    </div>
  );
}

/** Everything that runs in all workspaces, first what needs you. One tab stop; arrows move, Enter opens. */
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import type { Status } from "#shared/states.ts";
import { labelIn } from "#shared/terminals/label.ts";
import { BottleMark } from "../app/bottle-mark.tsx";
import { openLaunch, openTerminal } from "../app/open.ts";
import { type TerminalSummary, useTerminalSummaries, useWorkspaces } from "../live/index.ts";
import { useActiveRow } from "../ui/active-row.ts";
import { Button, Empty, PlacedName, Sign, StateLine, StateSign } from "../ui/index.ts";
import { VirtualRows } from "../ui/virtual-rows.tsx";
import { type AskOfBottle, useAsks } from "./asks.ts";
import { runningOrder, shownOrder } from "./order.ts";

const rowHeight = 44;
const domId = (id: string) => `running-${id}`;

export default function RunningScreen() {
  const summaries = useTerminalSummaries();
  const byId = new Map(summaries.map((each) => [each.id, each]));
  const { ids, changed, ...still } = useStillOrder(runningOrder(summaries), (id) => byId.has(id));
  const asks = useAsks();
  const needing = summaries.filter(({ needsYou }) => needsYou).length + asks.length;
  const running = summaries.filter(({ alive }) => alive).length;
  return (
    <div className="flex h-full min-h-0 flex-col" {...still}>
      <div className="flex h-10 shrink-0 items-center gap-2 border-line border-b pr-2 pl-4">
        <h2 className="tabular min-w-0 flex-1 truncate">
          {running} running{needing > 0 && ` · ${needing === 1 ? "1 needs you" : `${needing} need you`}`}
        </h2>
        <span role="status" className="text-muted text-sm">
          {changed ? "The order has changed" : ""}
        </span>
        <Button small look="quiet" disabled={!changed} onClick={still.sortNow}>
          Sort again
        </Button>
      </div>
      {asks.length > 0 && (
        <ul aria-label="Asked of you by bottles" className="max-h-[40%] shrink-0 overflow-y-auto border-line border-b">
          {asks.map((ask) => (
            <AskRow key={ask.key} ask={ask} />
          ))}
        </ul>
      )}
      {ids.length === 0 ? (
        <Empty action={<Button onClick={() => openLaunch()}>Launch an agent program</Button>}>Nothing runs.</Empty>
      ) : (
        <List ids={ids} byId={byId} />
      )}
    </div>
  );
}

/** The order stands still while the pointer or the keyboard is inside. */
function useStillOrder(wanted: readonly string[], exists: (id: string) => boolean) {
  const [inside, setInside] = useState({ pointer: false, focus: false });
  const before = useRef<readonly string[]>([]);
  const shown = shownOrder(before.current, wanted, inside.pointer || inside.focus, exists);
  before.current = shown.ids;
  const [, sortAgain] = useState(0);
  return {
    ...shown,
    sortNow: () => {
      before.current = wanted;
      sortAgain((count) => count + 1);
    },
    onPointerEnter: () => setInside((was) => ({ ...was, pointer: true })),
    onPointerLeave: () => setInside((was) => ({ ...was, pointer: false })),
    onFocus: () => setInside((was) => ({ ...was, focus: true })),
    onBlur: () => setInside((was) => ({ ...was, focus: false })),
  };
}

function List({ ids, byId }: { ids: readonly string[]; byId: ReadonlyMap<string, TerminalSummary> }) {
  const { active, moves, handle } = useActiveRow(ids, 10);
  const onKeyDown = (event: KeyboardEvent) => {
    const open = () => ids[active] && openTerminal(ids[active]);
    const keys: Record<string, () => void> = { ...moves, Enter: open, " ": open };
    const move = keys[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const row = (index: number): ReactNode => {
    const terminal = byId.get(ids[index] ?? "");
    return terminal && <Row key={terminal.id} terminal={terminal} active={index === active} />;
  };
  return (
    <VirtualRows
      handle={handle}
      count={ids.length}
      rowHeight={rowHeight}
      row={row}
      role="listbox"
      aria-label="Everything that runs"
      aria-activedescendant={ids[active] ? domId(ids[active]) : undefined}
      tabIndex={0}
      className="group/running min-h-0 flex-1 outline-none focus-visible:outline-2 focus-visible:outline-line-focus focus-visible:-outline-offset-2"
      onKeyDown={onKeyDown}
    />
  );
}

function AskRow({ ask: { who, words, open } }: { ask: AskOfBottle }) {
  return (
    <li>
      <button
        type="button"
        className="flex w-full items-center gap-2.5 px-4 text-left hover:bg-hover"
        style={{ height: rowHeight }}
        onClick={open}
      >
        <span className="inline-flex size-4 shrink-0 items-center justify-center">
          <Sign state="permission" />
        </span>
        <span className="min-w-0 flex-1">
          <span className="block truncate">{who}</span>
          <span className="block truncate text-muted text-sm">{words}</span>
        </span>
        <span className="text-muted text-sm">Waits for you</span>
      </button>
    </li>
  );
}

/** Words that say their evidence stand below, where there is room for all of it; others beside the name, above their evidence. */
function inTwoLines(status: Status): { beside: Status; below: string } {
  const { words, evidence = "" } = status;
  const saysIt = evidence !== "" && words.toLowerCase().includes(evidence.toLowerCase());
  return saysIt ? { beside: { ...status, words: "" }, below: words } : { beside: status, below: evidence };
}

function Row({ terminal, active }: { terminal: TerminalSummary; active: boolean }) {
  const workspace = useWorkspaces().byId.get(terminal.workspaceId ?? "")?.name;
  const { status } = terminal;
  const { beside, below } = inTwoLines(status);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keyboard for all of its rows
    // biome-ignore lint/a11y/useFocusableInteractive: the list is the one tab stop and names its active row
    <div
      id={domId(terminal.id)}
      role="option"
      aria-selected={active}
      style={{ height: rowHeight }}
      className={`flex cursor-default items-center gap-2.5 px-4 hover:bg-hover ${active ? "group-focus-visible/running:bg-selected" : ""}`}
      onClick={() => openTerminal(terminal.id)}
    >
      <StateSign status={status} />
      {terminal.bottleId !== null && <BottleMark bottleId={terminal.bottleId} />}
      <span className="min-w-0 flex-1">
        <PlacedName place={workspace} name={labelIn(terminal.label, workspace)} />
        {below && <span className="block truncate text-muted text-sm">{below}</span>}
      </span>
      <StateLine status={beside} sign={false} className="max-w-[50%] justify-end text-muted text-sm" />
    </div>
  );
}

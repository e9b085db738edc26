/** The code box: Enter runs, Shift-Enter fires, and Tab leaves it, as from any other field. */
import { type KeyboardEvent, type RefObject, useRef, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Cell } from "#shared/contract/cells.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { Button, Keys, ProblemNote } from "../ui/index.ts";
import { firstLine } from "./cell-row.tsx";
import { setDraft, useDraft } from "./drafts.ts";
import { EndChoice } from "./end-choice.tsx";
import { defaultLimits, limitOf } from "./limit.ts";
import { recall, recallable, recalling } from "./recall.ts";
import { takesNoCode } from "./takes-code.ts";

export type ComposerProps = {
  terminal: Terminal;
  /** Newest first. */
  cells: readonly Cell[];
  box: RefObject<HTMLTextAreaElement | null>;
  /** A cell has been submitted; `run` wants its output when it ends. */
  onSubmitted: (cell: Cell, how: "run" | "fire") => void;
  /** Leads to the cell that holds the terminal. */
  onShowHeld: (cellId: string) => void;
};

export function Composer({ terminal, cells, box, onSubmitted, onShowHeld }: ComposerProps) {
  const client = useClient();
  const { code, limit } = useDraft(terminal.id);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const place = useRef(-1);
  const noCode = takesNoCode(terminal);
  const alive = noCode === undefined;
  const holder = cells.find(({ state }) => state === "running" || state === "timeout");
  const refusedByHolder = problem?.code === "conflict" && holder === undefined;
  // What refused it has ended: the message would be untrue.
  if (refusedByHolder) setProblem(null);
  const limitBroken = limitOf(limit, "run") === null;
  const change = (next: string) => setDraft(terminal.id, { code: next });

  const submit = async (how: "run" | "fire") => {
    const limitSeconds = limitOf(limit, how);
    if (busy || !alive || code.trim() === "" || limitSeconds === null) return;
    setBusy(true);
    setProblem(null);
    try {
      // Both are fired: the list follows the cell, so that a lost connection does not lose the answer of a long run.
      const cell = await client.cells.fire({ terminalId: terminal.id, code, limitSeconds });
      change("");
      place.current = -1;
      onSubmitted(cell, how);
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    } finally {
      setBusy(false);
    }
  };

  const step = (direction: "earlier" | "later"): boolean => {
    const codes = recallable(cells.map((cell) => cell.code));
    if (!recalling(codes, place.current, code)) return false;
    const next = recall(codes, code === "" ? -1 : place.current, direction);
    if (next === null) return false;
    place.current = next.at;
    change(next.code);
    return true;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (key === "Enter") {
      event.preventDefault();
      if (altKey || ctrlKey || metaKey) insert(event.currentTarget, "\n");
      else void submit(shiftKey ? "fire" : "run");
    } else if (key.toLowerCase() === "i" && ctrlKey && !altKey && !metaKey && !shiftKey) {
      event.preventDefault();
      insert(event.currentTarget, "\t");
    } else if ((key === "ArrowUp" || key === "ArrowDown") && !altKey && !ctrlKey && !metaKey && !shiftKey) {
      if (step(key === "ArrowUp" ? "earlier" : "later")) event.preventDefault();
    }
  };

  return (
    <form
      aria-label="Submit a cell"
      className="flex flex-none flex-col gap-1.5 border-line border-t p-2"
      onSubmit={(event) => {
        event.preventDefault();
        void submit("run");
      }}
    >
      {problem && (
        <ProblemNote problem={problem}>
          {problem.code === "conflict" && holder && (
            <Button small onClick={() => onShowHeld(holder.id)} className="min-w-0 max-w-full shrink">
              <span className="truncate">
                Show <code className="font-mono text-sm">{firstLine(holder.code)}</code>
              </span>
            </Button>
          )}
        </ProblemNote>
      )}
      <textarea
        ref={box}
        aria-label="Code to run in the terminal"
        aria-describedby="cell-keys"
        value={code}
        rows={1}
        disabled={!alive}
        placeholder={noCode ?? "Code to run, ↑ for earlier"}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        wrap="off"
        className="field-sizing-content max-h-64 min-h-8 w-full resize-none overflow-auto rounded border border-line-field bg-field px-2 py-1.5 font-mono text-sm leading-[18px] placeholder:text-faint disabled:opacity-60"
        onChange={(event) => {
          change(event.target.value);
          setProblem(null);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="flex min-w-0 items-center gap-1.5">
        <Button small look="primary" type="submit" disabled={!alive || code.trim() === ""} busy={busy}>
          Run <span aria-hidden>⏎</span>
        </Button>
        <Button small disabled={!alive || code.trim() === ""} busy={busy} onClick={() => void submit("fire")}>
          Fire <span aria-hidden>⇧⏎</span>
        </Button>
        <span className="min-w-0 flex-1" />
        <label className="flex items-center gap-1 text-muted text-sm">
          <span>Limit</span>
          <input
            value={limit}
            inputMode="numeric"
            aria-invalid={limitBroken || undefined}
            placeholder={`${defaultLimits.run}`}
            data-tip={`Seconds until it counts as timed out; it goes on holding the terminal then.\nEmpty: ${defaultLimits.run} for run, ${defaultLimits.fire} for fire. 0: no limit.`}
            className="tabular h-6 w-12 rounded border border-line-field bg-field px-1.5 text-right placeholder:text-faint aria-invalid:border-negative"
            onChange={(event) => setDraft(terminal.id, { limit: event.target.value })}
          />
          <span>s</span>
        </label>
      </div>
      {limitBroken && (
        <p role="alert" className="text-negative text-sm">
          The limit is a whole number of seconds, 0 for none.
        </p>
      )}
      <div className="flex min-w-0 items-center gap-2 text-faint text-sm">
        <span id="cell-keys" className="flex min-w-0 flex-1 items-center gap-1.5 truncate">
          <Keys>Alt+Enter</Keys> new line
        </span>
        <EndChoice terminal={terminal} />
      </div>
    </form>
  );
}

/** At the caret, in a way that undo knows of. */
function insert(area: HTMLTextAreaElement, text: string): void {
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

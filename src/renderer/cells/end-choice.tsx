/** Chooses how the end of this terminal's next cells is found. */
import { useState } from "react";
import type { CellEnd, Terminal } from "#shared/contract/terminals.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { Button, Choices, Popover, TextField } from "../ui/index.ts";
import { type EndMode, endModes, endWords } from "./end-words.ts";

export function EndChoice({ terminal }: { terminal: Terminal }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label="How the end of a cell is found"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          data-tip="How the end of a cell is found"
          className="h-6 min-w-0 truncate rounded px-1.5 text-muted text-sm hover:bg-hover hover:text-text"
        >
          End: {endWords(terminal.cellEnd)}
        </button>
      }
    >
      <EndForm terminal={terminal} onDone={() => setOpen(false)} />
    </Popover>
  );
}

function EndForm({ terminal, onDone }: { terminal: Terminal; onDone: () => void }) {
  const client = useClient();
  const { cellEnd } = terminal;
  const [mode, setMode] = useState<EndMode>(cellEnd.mode);
  const [prompt, setPrompt] = useState(cellEnd.mode === "exact" ? cellEnd.prompt : "");
  const [path, setPath] = useState(cellEnd.mode === "hook" ? cellEnd.path : "");
  const [error, setError] = useState<string | null>(null);
  const chosen: CellEnd | null =
    mode === "exact" ? (prompt ? { mode, prompt } : null) : mode === "hook" ? (path ? { mode, path } : null) : { mode };

  const save = async () => {
    if (chosen === null) return setError(mode === "exact" ? "Give the prompt" : "Give the program's absolute path");
    try {
      await client.terminals.setCellEnd({ id: terminal.id, cellEnd: chosen });
      onDone();
    } catch (thrown) {
      setError(problemFrom(thrown).message);
    }
  };

  return (
    <form
      className="flex w-80 flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Choices
        label="How the end of a cell is found"
        value={mode}
        choices={endModes.map((each) =>
          each.value === "integration" && !terminal.integrated
            ? { ...each, detail: `${each.detail} Not seen here yet: until then as repeated prompt.` }
            : each,
        )}
        onChange={(next) => {
          setMode(next);
          setError(null);
        }}
      />
      {mode === "exact" && (
        <TextField
          label="Prompt"
          code
          value={prompt}
          error={error}
          onChange={(event) => setPrompt(event.target.value)}
        />
      )}
      {mode === "hook" && (
        <TextField
          label="Program"
          code
          value={path}
          error={error}
          help="Absolute path of an executable. Started anew for each cell; each line comes on its standard input."
          onChange={(event) => setPath(event.target.value)}
        />
      )}
      {error && mode !== "exact" && mode !== "hook" && (
        <p role="alert" className="text-negative text-sm">
          {error}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button small look="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button small look="primary" type="submit">
          Use for next cells
        </Button>
      </div>
    </form>
  );
}

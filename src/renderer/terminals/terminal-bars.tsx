/** What a terminal asks or says, over its upper edge: nothing below moves, so no program is told a new size. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Terminal } from "#shared/contract/terminals.ts";
import { type Client, problemFrom, useClient } from "../connection/index.ts";
import { useTerminalLabel } from "../live/index.ts";
import { Button, counted, Sign } from "../ui/index.ts";
import { linesOf } from "./clipboard-text.ts";
import { pressKill, useArmedKill } from "./kill.ts";
import type { PasteAnswer } from "./session.ts";

function Bar({ label, role = "group", children, onEscape }: BarProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc from any of its fields and buttons
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: every role used here takes a label
    <div
      role={role}
      aria-label={label}
      className="flex min-h-9 items-center gap-2 border-line border-b bg-raised px-3 py-1 shadow-raised"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !onEscape) return;
        event.stopPropagation();
        onEscape();
      }}
    >
      {children}
    </div>
  );
}

type BarProps = {
  label: string;
  role?: "group" | "status" | "alert";
  children: ReactNode;
  onEscape?: () => void;
};

/** Several lines would run one after the other, as the program has not asked for pastes as a whole. */
export function PasteBar({ text, answer }: { text: string; answer: (answer: PasteAnswer) => void }) {
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  const lines = linesOf(text);
  return (
    <Bar label="Paste of several lines" onEscape={() => answer("no")}>
      <Sign state="permission" />
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-1">
        <span className="min-w-0 flex-[1_1_18rem]">
          Paste {counted(lines.length, "line")}? Each runs as it arrives.
          <code className="block truncate font-mono text-muted text-sm">{lines.join(" ⏎ ")}</code>
        </span>
        <span className="flex flex-wrap gap-2">
          <Button ref={yes} small look="primary" onClick={() => answer("lines")}>
            Paste
          </Button>
          <Button small onClick={() => answer("one-line")}>
            Paste as one line
          </Button>
          <Button small onClick={() => answer("no")}>
            Do not paste
          </Button>
        </span>
      </div>
    </Bar>
  );
}

/** Only while a first press of a key has armed it. */
export function KillBar({ terminal, client, onClose }: { terminal: Terminal; client: Client; onClose: () => void }) {
  const armed = useArmedKill(({ terminalId, by }) => terminalId === terminal.id && by === "command");
  const label = useTerminalLabel(terminal);
  if (!armed) return null;
  const cancel = () => {
    useArmedKill.setState({ terminalId: null });
    onClose();
  };
  return (
    <Bar label="Kill this terminal" role="alert" onEscape={cancel}>
      <Sign state="failed" />
      <span className="min-w-0 flex-1 truncate">
        Press again to kill <b className="font-semibold">{label}</b> and everything it started.
      </span>
      <Button small look="danger" onClick={() => pressKill(client, terminal.id, "button")}>
        Kill?
      </Button>
      <Button small onClick={cancel}>
        Keep
      </Button>
    </Bar>
  );
}

/** What `k` can call it; main checks the rest of the rule. Empty takes the name away. */
const nameLike = /^[A-Za-z0-9_.-]*$/;

export function RenameBar({ terminal, onClose }: { terminal: Terminal; onClose: () => void }) {
  const client = useClient();
  const [name, setName] = useState(terminal.name ?? "");
  const [error, setError] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const save = async () => {
    const wanted = name.trim();
    if (!nameLike.test(wanted)) return setError("Letters, digits, '_', '.' and '-' only");
    try {
      await client.terminals.rename({ id: terminal.id, name: wanted || null });
      onClose();
    } catch (thrown) {
      setError(problemFrom(thrown).message);
    }
  };
  return (
    <Bar label="Rename this terminal" onEscape={onClose}>
      <form
        className="flex min-w-0 flex-1 items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label className="flex min-w-0 flex-1 items-center gap-2">
          <span className="text-muted">Name</span>
          <input
            ref={field}
            value={name}
            maxLength={64}
            autoComplete="off"
            spellCheck={false}
            placeholder="letters, digits, _ . -"
            aria-invalid={error !== null || undefined}
            className="h-6 w-48 min-w-20 rounded border border-line-field bg-field px-2 aria-invalid:border-negative"
            onChange={(event) => {
              setName(event.target.value);
              setError(null);
            }}
          />
          {error && (
            <span role="alert" className="min-w-0 truncate text-negative text-sm">
              {error}
            </span>
          )}
        </label>
        <Button small look="primary" type="submit">
          Rename
        </Button>
        <Button small onClick={onClose}>
          Cancel
        </Button>
      </form>
    </Bar>
  );
}

/** Only this terminal's stream is lost; when the whole connection is, the window says so itself. */
export function NoStreamBar() {
  return (
    <Bar label="Connection" role="status">
      <Sign state="unknown" />
      <span className="min-w-0 flex-1 truncate">
        No connection to this terminal; it is tried again. Keys are not sent meanwhile.
      </span>
    </Bar>
  );
}

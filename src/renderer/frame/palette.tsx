/** The command palette: every action, every terminal and workspace, every agent program, by a few letters. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { Command as Cmdk } from "cmdk";
import { useMemo, useRef, useState } from "react";
import { shortcuts } from "#shared/commands/shortcuts.ts";
import { matches, shortcutLabel } from "../app/commands.ts";
import { useUi } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { frontPanel, useDock } from "../dock/panels.tsx";
import { orNotice } from "../ui/index.ts";
import { type Entry, useEntries } from "./palette-entries.tsx";
import { searchEntries } from "./palette-search.ts";

/** Of each kind, while nothing is typed and when something is: who does not see it types another letter. */
const shownAtFirst = 8;
const shownFound = 20;

const close = () => useUi.setState({ paletteOpen: false });

/** Runs after the palette is gone, so that what it opens gets the keyboard. */
function choose(run: () => void): void {
  close();
  requestAnimationFrame(run);
}

export default function Palette() {
  const start = useUi((ui) => ui.paletteText);
  const [text, setText] = useState(start);
  const client = useClient();
  const front = useDock((state) => (frontPanel(state)?.params as { terminalId?: string } | undefined)?.terminalId);
  // Asked before the palette takes the keyboard.
  const inTerminal = useRef(document.activeElement?.closest(".terminal-room") != null);

  return (
    <Base.Root open onOpenChange={(open) => !open && close()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Base.Popup
          aria-label="Command palette"
          className="-translate-x-1/2 fixed top-[10vh] left-1/2 z-40 flex max-h-[70vh] w-[600px] max-w-[calc(100vw-32px)] flex-col overflow-hidden rounded-md border border-line bg-raised text-text shadow-raised outline-none"
          onKeyDown={(event) => {
            if (!matches(shortcuts.palette, event.nativeEvent)) return;
            close();
            // What the key means to a shell is not lost: pressed twice it goes there.
            if (inTerminal.current && front) {
              void orNotice("Could not send the key", client.terminals.write({ id: front, text: "\x0b" }));
            }
          }}
        >
          <Cmdk label="Command palette" loop shouldFilter={false} className="flex min-h-0 flex-col">
            <Cmdk.Input
              autoFocus
              value={text}
              onValueChange={setText}
              placeholder="Search or run a command"
              className="h-10 shrink-0 border-line border-b bg-transparent px-3.5 text-text outline-none placeholder:text-faint"
            />
            <Results query={text} />
          </Cmdk>
          <div className="flex h-7 shrink-0 items-center gap-3 border-line border-t px-3 text-faint text-xs">
            <span>↑↓ choose</span>
            <span>Enter run</span>
            <span>Esc close</span>
            {inTerminal.current && (
              <span className="ml-auto">{shortcutLabel(shortcuts.palette)} again sends it to the terminal</span>
            )}
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Results({ query }: { query: string }) {
  const entries = useEntries();
  // At once, never deferred: Enter runs what is chosen, and must not run what the letters before the last one meant.
  const groups = useMemo(
    () => searchEntries(entries, query, query.trim() === "" ? shownAtFirst : shownFound),
    [entries, query],
  );
  return (
    <Cmdk.List
      label="Results"
      className="min-h-0 flex-1 overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs"
    >
      {groups.length === 0 && <p className="px-2 py-6 text-center text-muted">Nothing is called that.</p>}
      {groups.map(({ group, entries: shown }) => (
        <Cmdk.Group key={group} heading={group}>
          {shown.map((entry) => (
            <Item key={entry.id} entry={entry} />
          ))}
        </Cmdk.Group>
      ))}
    </Cmdk.List>
  );
}

function Item({ entry: { id, icon, title, detail, disabled, run } }: { entry: Entry }) {
  return (
    <Cmdk.Item
      value={id}
      disabled={disabled ?? false}
      onSelect={() => choose(run)}
      className="flex min-h-7 cursor-default items-center gap-2 rounded px-2 py-1 aria-disabled:text-faint aria-selected:bg-hover"
    >
      <span className="flex w-4 shrink-0 justify-center">{icon}</span>
      <span className="min-w-0 flex-1 truncate">{title}</span>
      {detail && <span className="max-w-[45%] shrink-0 truncate text-faint text-sm">{detail}</span>}
    </Cmdk.Item>
  );
}

/** A terminal in its panel: the emulator and what lies over or under it. The chunk that brings xterm. */
import "@xterm/xterm/css/xterm.css";
import "./terminal.css";
import { type DragEvent, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import type { Terminal } from "#shared/contract/terminals.ts";
import { useTerminalFacts } from "../app/command-facts.ts";
import { type Command, isMac, useCommands } from "../app/commands.ts";
import { useConnection, useConnectionStatus } from "../connection/index.ts";
import { dock, type PanelProps, panelFocusAttribute, panelFocusLaterAttribute, useDock } from "../dock/panels.tsx";
import { useCloseWhenGone } from "../dock/use-close-when-gone.ts";
import { useSettings, useTerminal, useTerminalLabel, useTerminals } from "../live/index.ts";
import { Button, ContextMenu, Empty } from "../ui/index.ts";
import { BellFlash } from "./bell.tsx";
import { droppedText } from "./drop.ts";
import { FindBar } from "./find-bar.tsx";
import { FirstPrompt } from "./first-prompt.tsx";
import { FollowPill } from "./follow-pill.tsx";
import { InOlderVersion } from "./in-older-version.tsx";
import type { SessionState, TerminalSession } from "./session.ts";
import { KillBar, NoStreamBar, PasteBar, RenameBar } from "./terminal-bars.tsx";
import { keyMeaning, menuItems, terminalCommands } from "./terminal-commands.ts";
import { TerminalEnd } from "./terminal-end.tsx";
import { useLook } from "./use-look.ts";
import { useSession } from "./use-session.ts";
import { forgetFind, useWantedFind, type WantedFind } from "./wanted-find.ts";

const none: readonly Command[] = [];

export default function TerminalScreen({ params: { terminalId }, ...panel }: PanelProps<{ terminalId: string }>) {
  const terminal = useTerminal(terminalId);
  const { status } = useTerminals();
  useCloseWhenGone(terminal !== undefined, status === "live", panel.panelId);
  if (terminal?.olderVersion !== undefined) return <InOlderVersion terminal={terminal} />;
  if (terminal) return <KnownTerminal terminal={terminal} {...panel} />;
  if (status === "loading") return null;
  return (
    <Empty action={<Button onClick={() => dock.close(panel.panelId)}>Close the panel</Button>}>
      There is no terminal {terminalId} any more: it was forgotten, and its output with it.
    </Empty>
  );
}

type KnownProps = Omit<PanelProps<never>, "params"> & { terminal: Terminal };

function KnownTerminal({ terminal, panelId, visible, active }: KnownProps) {
  const connection = useConnection();
  const room = useRef<HTMLDivElement>(null);
  const commands = useRef<readonly Command[]>(none);
  const session = useSession(terminal, visible, room, (event) => keyMeaning(commands.current, event));
  const { palette } = useLook(terminal.id);
  const label = useTerminalLabel(terminal);
  const [findOpen, setFindOpen] = useState(false);
  const wantedFind = useWantedFind((state) => (state.terminalId === terminal.id ? state : null));
  useEffect(() => {
    if (wantedFind !== null) setFindOpen(true);
  }, [wantedFind]);
  const [renameOpen, setRenameOpen] = useState(false);
  const ended = terminal.state !== "running" && terminal.state !== "starting";

  const painted = useSessionPart(session, (state) => state.painted) ?? false;
  const oversize = useSessionPart(session, (state) => state.oversize) ?? false;
  const hasSelection = useSessionPart(session, (state) => state.hasSelection) ?? false;

  const { launchId } = terminal.owner;
  const facts = useMemo(
    () => ({ alive: !ended, launched: launchId !== undefined, selection: hasSelection }),
    [ended, launchId, hasSelection],
  );
  useTerminalFacts(active ? facts : null);

  commands.current = useMemo(() => {
    return terminalCommands({
      client: connection.client,
      terminal,
      session,
      panelId,
      facts,
      openFind: () => setFindOpen(true),
      openRename: () => setRenameOpen(true),
    });
  }, [connection, terminal, session, panelId, facts]);
  useCommands(active ? commands.current : none);
  useFocusWhenWanted(session, panelId);

  const back = () => session?.focus();
  const closing = (setOpen: (open: boolean) => void) => () => {
    setOpen(false);
    back();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void droppedText(event.dataTransfer, terminal, connection).then((text) => {
      if (text !== "") session?.paste(text);
      back();
    });
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and a landmark for each terminal would be no help
    <div
      role="group"
      aria-label={`Terminal ${label}`}
      aria-busy={!painted}
      {...(session ? {} : { [panelFocusLaterAttribute]: "" })}
      className="flex h-full flex-col"
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a place to drop on; the same can be pasted */}
      <div
        className="relative min-h-0 flex-1 overflow-hidden"
        style={{ background: palette.background }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={drop}
      >
        <ContextMenu items={() => menuItems(commands.current)}>
          <div ref={room} className="terminal-room" data-oversize={oversize || undefined} />
        </ContextMenu>
        {session && (
          <Overlays
            session={session}
            terminal={terminal}
            ended={ended}
            find={findOpen && { theme: palette.theme, wanted: wantedFind, close: closing(setFindOpen) }}
            rename={renameOpen && { close: closing(setRenameOpen) }}
          />
        )}
      </div>
      <FirstPrompt terminal={terminal} />
      {ended && <TerminalEnd terminal={terminal} panelId={panelId} />}
    </div>
  );
}

type OverlayProps = {
  session: TerminalSession;
  terminal: Terminal;
  ended: boolean;
  find: false | { theme: "dark" | "light"; wanted: WantedFind | null; close: () => void };
  rename: false | { close: () => void };
};

function Overlays({ session, terminal, ended, find, rename }: OverlayProps) {
  const { client } = useConnection();
  const { state } = useConnectionStatus();
  const { stream, following, newLines, link, bells, pendingPaste } = useStore(session.state);
  const flashes = useSettings().terminalBell !== "none";
  return (
    <>
      <div className="absolute inset-x-0 top-0 z-20">
        {stream === "reconnecting" && state === "connected" && <NoStreamBar />}
        {pendingPaste !== null && <PasteBar text={pendingPaste} answer={(answer) => session.answerPaste(answer)} />}
        {!ended && <KillBar terminal={terminal} client={client} onClose={() => session.focus()} />}
        {rename && <RenameBar terminal={terminal} onClose={rename.close} />}
      </div>
      {find && (
        <FindBar
          key={find.wanted?.asked}
          session={session}
          theme={find.theme}
          wanted={find.wanted}
          onClose={() => {
            if (find.wanted) forgetFind();
            find.close();
          }}
        />
      )}
      {!following && (
        <FollowPill
          newLines={newLines}
          follow={() => {
            session.follow();
            session.focus();
          }}
        />
      )}
      {stream === "gone" && <Unreadable />}
      {link !== null && <LinkHint url={link} />}
      {flashes && <BellFlash bells={bells} />}
    </>
  );
}

/** As a browser says it in the corner: where a link really leads. */
function LinkHint({ url }: { url: string }) {
  return (
    <div className="pointer-events-none absolute bottom-0 left-0 z-10 max-w-[80%] truncate rounded-tr border-line border-t border-r bg-raised px-2 py-0.5 text-muted text-sm">
      {url} · {isMac ? "⌘-click" : "Ctrl-click"} to open
    </div>
  );
}

function Unreadable() {
  return (
    <div className="absolute inset-0 bg-panel">
      <Empty>The terminal host does not have the output of this terminal.</Empty>
    </div>
  );
}

/** A part of what the session says; null while there is none. */
function useSessionPart<Part>(session: TerminalSession | null, select: (state: SessionState) => Part): Part | null {
  return useSyncExternalStore(
    useCallback((changed) => session?.state.subscribe(changed) ?? (() => {}), [session]),
    () => (session ? select(session.state.getState()) : null),
  );
}

/** The dock may want the keyboard here before the emulator exists. */
function useFocusWhenWanted(session: TerminalSession | null, panelId: string): void {
  const wanted = useDock((state) => state.focusWanted === panelId);
  useEffect(() => {
    session?.emulator.terminal.textarea?.setAttribute(panelFocusAttribute, "");
    if (session === null || !wanted) return;
    session.focus();
    useDock.setState({ focusWanted: null });
  }, [session, wanted]);
}

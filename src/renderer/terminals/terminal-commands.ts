/** What can be done with the terminal in front: the palette lists it, keys do it, and its context menu is made of it. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { type Command, matches, shortcutLabel } from "../app/commands.ts";
import type { Client } from "../connection/index.ts";
import { type MenuItem, orNotice } from "../ui/index.ts";
import { clipboardText, copyText } from "./clipboard.ts";
import { pressKill } from "./kill.ts";
import { newShell } from "./new-shell.ts";
import { dock } from "./panels.tsx";
import { restartTerminal } from "./restart.ts";
import type { TerminalSession } from "./session.ts";
import { shortcuts } from "./shortcuts.ts";
import { zoom } from "./use-look.ts";

export type CommandContext = {
  client: Client;
  terminal: Terminal;
  session: TerminalSession;
  panelId: string;
  hasSelection: boolean;
  openFind: () => void;
  openRename: () => void;
};

const group = "Terminal";
const pasteId = "terminal.paste";

/** What the agent program in the terminal may drive through MCP. */
const reaches = [
  { id: "terminal.reach-all", reach: "all", title: "Let it drive all terminals" },
  { id: "terminal.reach-workspace", reach: "workspace", title: "Let it drive only its workspace's terminals" },
] as const;

export function terminalCommands({
  client,
  terminal,
  session,
  panelId,
  hasSelection,
  openFind,
  openRename,
}: CommandContext): Command[] {
  const alive = terminal.state === "running" || terminal.state === "starting";
  const ended = alive ? undefined : "It has ended";
  const { emulator } = session;
  const { launchId } = terminal.owner;
  const local = (command: Omit<Command, "group" | "localKeys">): Command => ({ ...command, group, localKeys: true });
  return [
    local({
      id: "terminal.copy",
      title: "Copy selection",
      shortcut: shortcuts.copy,
      unavailable: hasSelection ? undefined : "Nothing is selected",
      run: () => void orNotice("Could not copy", copyText(session.selection)),
    }),
    local({
      id: pasteId,
      title: "Paste",
      shortcut: shortcuts.paste,
      unavailable: ended,
      run: () =>
        void orNotice(
          "Could not paste",
          clipboardText().then((text) => session.paste(text)),
        ),
    }),
    local({
      id: "terminal.select-all",
      title: "Select all",
      shortcut: shortcuts.selectAll,
      run: () => emulator.terminal.selectAll(),
    }),
    local({ id: "terminal.find", title: "Find in this terminal", shortcut: shortcuts.find, run: openFind }),
    local({
      id: "terminal.clear",
      title: "Clear scrollback on screen",
      keywords: "clean empty",
      shortcut: shortcuts.clear,
      run: () => emulator.terminal.clear(),
    }),
    local({
      id: "terminal.follow",
      title: "Follow the output",
      keywords: "scroll bottom end",
      run: () => session.follow(),
    }),
    local({
      id: "terminal.zoom-in",
      title: "Make text larger",
      keywords: "zoom font",
      shortcut: shortcuts.zoomIn,
      run: () => zoom(terminal.id, "in"),
    }),
    local({
      id: "terminal.zoom-out",
      title: "Make text smaller",
      keywords: "zoom font",
      shortcut: shortcuts.zoomOut,
      run: () => zoom(terminal.id, "out"),
    }),
    local({
      id: "terminal.zoom-reset",
      title: "Text in its usual size",
      keywords: "zoom font reset",
      shortcut: shortcuts.zoomReset,
      run: () => zoom(terminal.id, "reset"),
    }),
    { id: "terminal.rename", title: "Rename the terminal", group, run: openRename },
    {
      id: "terminal.copy-id",
      title: `Copy its id, ${terminal.id}`,
      group,
      run: () => void orNotice("Could not copy", copyText(terminal.id)),
    },
    ...(launchId === undefined ? [] : reaches).map(({ id, reach, title }) => ({
      id,
      title,
      keywords: "mcp allow",
      group,
      unavailable: ended,
      run: () =>
        void orNotice("Could not change what it may drive", client.launches.setReach({ id: launchId!, reach })),
    })),
    {
      id: "terminal.split-right",
      title: "New shell to the right",
      keywords: "split",
      group,
      shortcut: shortcuts.splitRight,
      run: () =>
        void orNotice("Could not open a shell", newShell(client, terminal, { place: "right", beside: panelId })),
    },
    {
      id: "terminal.split-below",
      title: "New shell below",
      keywords: "split",
      group,
      shortcut: shortcuts.splitBelow,
      run: () =>
        void orNotice("Could not open a shell", newShell(client, terminal, { place: "below", beside: panelId })),
    },
    {
      id: "terminal.restart",
      title: "Restart the terminal",
      group,
      unavailable: alive ? "It is still running; kill it first" : undefined,
      run: () => void orNotice("Could not restart the terminal", restartTerminal(client, terminal, panelId)),
    },
    {
      id: "terminal.remove",
      title: "Forget the terminal and its output",
      keywords: "remove delete",
      group,
      unavailable: alive ? "It is still running; kill it first" : undefined,
      run: () =>
        void orNotice(
          "Could not forget the terminal",
          client.terminals.remove({ id: terminal.id }).then(() => dock.close(panelId)),
        ),
    },
    {
      id: "terminal.kill",
      title: "Kill the terminal (twice)",
      keywords: "stop end terminate",
      group,
      shortcut: shortcuts.kill,
      unavailable: ended,
      run: () => pressKill(client, terminal.id, "command"),
    },
  ];
}

/** Whether a key in the terminal is one of them, and who acts on it. */
export function keyMeaning(commands: readonly Command[], event: KeyboardEvent): "command" | "native" | "terminal" {
  const command = commands.find(({ shortcut, localKeys }) => localKeys && shortcut && matches(shortcut, event));
  if (command === undefined) return "terminal";
  // The browser's own paste needs no permission; the session takes what it pastes.
  if (command.id === pasteId) return "native";
  if (!command.unavailable) command.run();
  return "command";
}

export function menuItems(commands: readonly Command[]): MenuItem[] {
  const item = (id: string): MenuItem[] => {
    const command = commands.find((each) => each.id === id);
    if (command === undefined) return [];
    const { title, shortcut, unavailable, run } = command;
    return [
      { label: title, run, unavailable, keys: shortcut && shortcutLabel(shortcut), danger: id === "terminal.kill" },
    ];
  };
  return [
    ...item("terminal.copy"),
    ...item(pasteId),
    ...item("terminal.select-all"),
    "separator",
    ...item("terminal.find"),
    ...item("terminal.clear"),
    "separator",
    ...item("terminal.split-right"),
    ...item("terminal.split-below"),
    ...item("terminal.rename"),
    "separator",
    ...item("terminal.restart"),
    ...item("terminal.remove"),
    ...item("terminal.kill"),
  ];
}

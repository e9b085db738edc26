/** What can be done with the terminal in front: the palette lists it, keys do it, and its context menu is made of it. */
import type { CommandId } from "#shared/commands/catalogue.ts";
import { nothingToActOn, type TerminalFacts } from "#shared/commands/facts.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { type Command, commandsWith, matches, shortcutLabel } from "../app/commands.ts";
import type { Client } from "../connection/index.ts";
import { dock } from "../dock/panels.tsx";
import { type MenuItem, orNotice } from "../ui/index.ts";
import { copyText } from "./clipboard.ts";
import { pressKill } from "./kill.ts";
import { newShell } from "./new-shell.ts";
import { restartTerminal } from "./restart.ts";
import type { TerminalSession } from "./session.ts";
import { zoom } from "./use-look.ts";

export type CommandContext = {
  client: Client;
  terminal: Terminal;
  /** Null while the terminal is being put on the screen. */
  session: TerminalSession | null;
  panelId: string;
  facts: TerminalFacts;
  openFind: () => void;
  openRename: () => void;
};

const pasteId = "terminal.paste" satisfies CommandId;

/** What the agent program in the terminal may drive through MCP. */
const reaches = ["all", "workspace"] as const;

export function terminalCommands({
  client,
  terminal,
  session,
  panelId,
  facts,
  openFind,
  openRename,
}: CommandContext): Command[] {
  const command = commandsWith({ ...nothingToActOn, terminal: facts });
  /** For what needs the terminal's screen, and its keyboard. */
  const onScreen = (id: CommandId, run: (session: TerminalSession) => void): Command => {
    const made = command(id, { run: () => session && run(session) });
    if (session !== null || made.unavailable !== undefined) return made;
    return { ...made, unavailable: "It is not on the screen yet" };
  };
  const { launchId } = terminal.owner;
  const shellBeside = (place: "right" | "below") =>
    void orNotice("Could not open a shell", newShell(client, terminal, { place, beside: panelId }));
  return [
    onScreen("terminal.copy", ({ selection }) => void orNotice("Could not copy", copyText(selection))),
    onScreen(pasteId, (shown) => void orNotice("Could not paste", shown.pasteFromClipboard())),
    onScreen("terminal.select-all", ({ emulator }) => emulator.terminal.selectAll()),
    onScreen("terminal.find", openFind),
    onScreen("terminal.clear", ({ emulator }) => emulator.terminal.clear()),
    onScreen("terminal.follow", (shown) => shown.follow()),
    command("terminal.zoom-in", { run: () => zoom(terminal.id, "in") }),
    command("terminal.zoom-out", { run: () => zoom(terminal.id, "out") }),
    command("terminal.zoom-reset", { run: () => zoom(terminal.id, "reset") }),
    onScreen("terminal.rename", openRename),
    command("terminal.copy-id", {
      title: `Copy its id, ${terminal.id}`,
      run: () => void orNotice("Could not copy", copyText(terminal.id)),
    }),
    ...(launchId === undefined ? [] : reaches).map((reach) =>
      command(`terminal.reach-${reach}`, {
        run: () =>
          void orNotice("Could not change what it may drive", client.launches.setReach({ id: launchId!, reach })),
      }),
    ),
    command("terminal.split-right", { run: () => shellBeside("right") }),
    command("terminal.split-below", { run: () => shellBeside("below") }),
    command("terminal.restart", {
      run: () => void orNotice("Could not restart the terminal", restartTerminal(client, terminal, panelId)),
    }),
    command("terminal.remove", {
      run: () =>
        void orNotice(
          "Could not forget the terminal",
          client.terminals.remove({ id: terminal.id }).then(() => dock.close(panelId)),
        ),
    }),
    command("terminal.kill", { run: () => pressKill(client, terminal.id, "command") }),
  ];
}

/** Whether a key in the terminal is one of them, and who acts on it. */
export function keyMeaning(commands: readonly Command[], event: KeyboardEvent): "command" | "native" | "terminal" {
  const meant = commands.find(({ shortcut, localKeys }) => localKeys && shortcut && matches(shortcut, event));
  if (meant === undefined) return "terminal";
  // The browser's own paste needs no permission; the session takes what it pastes.
  if (meant.id === pasteId) return "native";
  if (!meant.unavailable) meant.run();
  return "command";
}

export function menuItems(commands: readonly Command[]): MenuItem[] {
  const item = (id: CommandId): MenuItem[] => {
    const listed = commands.find((each) => each.id === id);
    if (listed === undefined) return [];
    const { title, shortcut, unavailable, run } = listed;
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

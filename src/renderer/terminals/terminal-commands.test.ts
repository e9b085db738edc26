import { expect, test } from "vitest";
import type { Terminal } from "#shared/contract/terminals.ts";
import { type CommandContext, menuItems, terminalCommands } from "./terminal-commands.ts";

const terminal = { id: "term-00000001", state: "running", owner: {} } as Terminal;
const context = {
  client: {},
  terminal,
  panelId: "p",
  facts: { alive: true, launched: false, selection: false },
  openFind() {},
  openRename() {},
};

function menu(session: CommandContext["session"]): Map<string, string | undefined> {
  const items = menuItems(terminalCommands({ ...context, session } as CommandContext));
  return new Map(items.flatMap((item) => (item === "separator" ? [] : [[item.label, item.unavailable]])));
}

test("a terminal that is not on the screen yet has a menu, in which what needs the screen says so", () => {
  const shown = menu({ selection: "" } as CommandContext["session"]);
  const before = menu(null);
  expect([...before.keys()]).toEqual([...shown.keys()]);
  const early = [...before].filter(([, unavailable]) => unavailable === "It is not on the screen yet");
  expect(early.map(([label]) => label)).toEqual([
    "Paste",
    "Select all",
    "Find in this terminal",
    "Clear scrollback on screen",
    "Rename the terminal",
  ]);
  expect([...shown.values()].filter((unavailable) => unavailable?.includes("screen"))).toEqual([]);
});

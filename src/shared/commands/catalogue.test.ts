import { describe, expect, test } from "vitest";
import { type CommandId, type CommandWords, commandIds, commandWords } from "./catalogue.ts";
import { type CommandFacts, nothingToActOn } from "./facts.ts";

const running = { alive: true, launched: true, selection: false };
const can = (id: CommandId, facts: Partial<CommandFacts> = {}) => {
  const { cannot }: CommandWords = commandWords[id];
  return cannot?.({ ...nothingToActOn, ...facts }) ?? "can";
};

describe("what can be done", () => {
  test("with nothing open is what opens something", () => {
    for (const id of ["go.palette", "workspace.new", "terminal.new", "app.settings", "view.sidebar"] as const)
      expect(can(id)).toBe("can");
    for (const id of commandIds.filter((each) => each.startsWith("panel."))) expect(can(id)).toBe("No panel is open");
    expect(can("terminal.kill")).toBe("Open a terminal first");
    expect(can("workspace.delete")).toBe("Choose a workspace first");
  });

  test.each<[CommandId, Partial<CommandFacts>, string]>([
    ["terminal.copy", { terminal: running }, "Nothing is selected"],
    ["terminal.copy", { terminal: { ...running, selection: true } }, "can"],
    ["terminal.kill", { terminal: running }, "can"],
    ["terminal.kill", { terminal: { ...running, alive: false } }, "It has ended"],
    ["terminal.restart", { terminal: running }, "It is still running; kill it first"],
    ["terminal.restart", { terminal: { ...running, alive: false } }, "can"],
    ["terminal.reach-all", { terminal: { ...running, launched: false } }, "No agent program was launched in it"],
    ["terminal.reach-all", { terminal: running }, "can"],
    ["panel.next", { panel: true }, "can"],
    ["workspace.new", { ownWorkspace: true }, "This window shows one workspace"],
    ["workspace.open", { workspace: true }, "can"],
    ["go.needs-you", {}, "Nothing needs you right now"],
    ["go.needs-you", { needsYou: true }, "can"],
    ["vault.lock", { vaultUnlocked: true }, "can"],
    ["view.theme-dark", { theme: "dark" }, "It is in use"],
    ["view.theme-light", { theme: "dark" }, "can"],
    ["notifications.seen", { unseen: false }, "All are seen"],
    ["app.host", { hostRuns: true }, "It runs"],
  ])("%s with %j: %s", (id, facts, said) => {
    expect(can(id, facts)).toBe(said);
  });
});

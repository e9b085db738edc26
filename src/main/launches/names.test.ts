/** Names of launched terminals: as people read them, and each only once. */
import { expect, test } from "vitest";
import type { Terminal } from "#shared/contract/terminals.ts";
import { terminalNameFor } from "./names.ts";

const terminal = (name: string, state: Terminal["state"]) => ({ name, state }) as Terminal;

test("a name that runs or was promised is not given again; one that has ended is", () => {
  const terminals = [terminal("api-claude", "running"), terminal("api-claude-2", "succeeded")];
  expect(terminalNameFor("api", "claude", [])).toBe("api-claude");
  expect(terminalNameFor("api", "claude", terminals)).toBe("api-claude-2");
  expect(terminalNameFor("api", "claude", terminals, new Set(["api-claude-2"]))).toBe("api-claude-3");
});

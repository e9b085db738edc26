import { expect, test } from "vitest";
import type { AgentProgram } from "#shared/contract/programs.ts";
import { preferredProgram, sortPrograms } from "./use-programs.ts";

const program = (id: string, more: Partial<AgentProgram> = {}): AgentProgram => ({
  id,
  name: id,
  homepage: null,
  command: [id],
  install: [{ label: "npm", command: `npm i -g ${id}` }],
  prompt: "argument",
  resumable: false,
  drivesTerminals: false,
  environment: [],
  source: "builtin",
  found: { path: `/bin/${id}`, version: "1" },
  problem: null,
  ...more,
});
const shell = program("shell", { prompt: "none", install: [] });
const missing = program("amp", { found: null });
const broken = program("own", { problem: "line 3: no command" });

test("what can be launched comes first, a plain shell last of it; missing and broken stand apart", () => {
  const sorted = sortPrograms([shell, missing, program("claude"), broken]);
  expect(sorted.usable.map(({ id }) => id)).toEqual(["claude", "shell"]);
  expect(sorted.missing.map(({ id }) => id)).toEqual(["amp"]);
  expect(sorted.broken.map(({ id }) => id)).toEqual(["own"]);
});

test("Enter launches what was used last, unless it is gone", () => {
  const all = [program("claude"), program("codex"), shell, missing];
  expect(preferredProgram(all, "codex")?.id).toBe("codex");
  expect(preferredProgram(all, "shell")?.id).toBe("shell");
  expect(preferredProgram(all, "amp")?.id).toBe("claude");
  expect(preferredProgram([shell, missing], null)?.id).toBe("shell");
  expect(preferredProgram([missing], null)).toBeNull();
});

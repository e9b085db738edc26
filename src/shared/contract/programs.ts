/** Agent programs: the agent command lines that can be launched, described by a catalogue the person can extend. */
import { z } from "zod";
import { done, procedure, programId } from "./base.ts";

/** One catalogue entry; the file format is documented in `docs/agent-programs.md`. */
export const agentProgram = z.strictObject({
  id: programId,
  name: z.string(),
  homepage: z.string().nullable(),
  /** Program and fixed arguments. */
  command: z.array(z.string()).min(1),
  /** How to get it, by platform where it differs. */
  install: z.array(z.strictObject({ label: z.string(), command: z.string() })),
  /** How a first prompt is given; `none` for a program that takes none. */
  prompt: z.enum(["argument", "stdin", "paste", "none"]),
  resumable: z.boolean(),
  /** Cellar's MCP server can be registered with it for one launch. */
  drivesTerminals: z.boolean(),
  /** Names of the provider variables it reads. */
  environment: z.array(z.string()),
  source: z.enum(["builtin", "own"]),
  /** Where it was found on the login shell's PATH, with the version it reports; null when missing. */
  found: z.strictObject({ path: z.string(), version: z.string().nullable() }).nullable(),
  /** Why the entry cannot be used (a mistake in the person's own file). */
  problem: z.string().nullable(),
});
export type AgentProgram = z.infer<typeof agentProgram>;

export const programs = {
  /** Cached; `refresh` looks again. Answers within seconds even when a program hangs on its version. */
  list: procedure.input(z.strictObject({ refresh: z.boolean().default(false) })).output(
    z.strictObject({
      programs: z.array(agentProgram),
      checkedAt: z.iso.datetime(),
      ownFile: z.string(),
      problem: z.string().nullable(),
    }),
  ),
  /** Opens the person's own catalogue file in their editor (Electron), made from a commented template when missing. */
  revealOwnFile: procedure.input(z.strictObject({})).output(done),
};

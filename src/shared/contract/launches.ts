/** Launches: an agent program started in a workspace under an isolation, in a terminal. */
import { z } from "zod";
import { isolations } from "../bottles/names.ts";
import {
  folderInside,
  launchId,
  liveList,
  procedure,
  programId,
  terminalId,
  terminalSize,
  textInputBytes,
  timestamp,
  workspaceId,
} from "./base.ts";
import { terminal } from "./terminals.ts";

export const launch = z.strictObject({
  id: launchId,
  workspaceId,
  programId,
  programName: z.string(),
  /** `none`: on this computer with the person's own rights. Else the backend of its bottle. */
  isolation: z.enum(isolations),
  terminalId,
  /** Where in the workspace it was started; empty: in the workspace itself. A resume starts there too. */
  folder: folderInside,
  /** Id under which the program keeps the conversation, where it lets us choose or tells us. */
  conversationId: z.string().nullable(),
  /** The program was asked to resume the conversation of this launch. */
  resumedFrom: launchId.nullable(),
  /**
   * The first prompt: `waiting` until the program can be given it. `failed`: the program ended or was not ready in time, or did not show the text
   * that was pasted (it asked something else first), and Enter was not pressed.
   */
  prompt: z.enum(["none", "waiting", "given", "failed"]),
  /** Which terminals its token reaches through MCP: those of its workspace, or all. */
  reach: z.enum(["workspace", "all"]),
  /** It was started with Cellar's MCP server registered. */
  drivesTerminals: z.boolean(),
  createdAt: timestamp,
});
export type Launch = z.infer<typeof launch>;

export const launches = {
  watch: procedure.input(z.strictObject({})).output(liveList(launch)),
  start: procedure
    .meta({ inputBytes: textInputBytes })
    .input(
      z.strictObject({
        workspaceId,
        programId,
        prompt: z.string().max(200_000).optional(),
        /** Whole arguments added after the catalogue's. */
        arguments: z.array(z.string().max(10_000)).max(100).optional(),
        /** Where it starts. */
        folder: folderInside.default(""),
        /** An isolated launch is prepared and approved first: `bottles.prepare`, then `bottles.launch`. */
        isolation: z.enum(["none"]).default("none"),
        /** Registers Cellar's MCP server with the program, for this launch only. `invalid_input` where its entry does not say how. */
        drivesTerminals: z.boolean().default(false),
        size: terminalSize.optional(),
      }),
    )
    .output(z.strictObject({ launch, terminal })),
  /** What the launch may drive through MCP; effective with its next call. `refused` for one in a bottle: it reaches that only. */
  setReach: procedure.input(z.strictObject({ id: launchId, reach: launch.shape.reach })).output(launch),
  /**
   * Starts the program again in the same workspace with the recorded conversation. One that ran in a bottle is `conflict`: its plan has to
   * be seen first (`bottles.prepare` with `resume`).
   */
  resume: procedure
    .input(z.strictObject({ id: launchId, size: terminalSize.optional() }))
    .output(z.strictObject({ launch, terminal })),
};

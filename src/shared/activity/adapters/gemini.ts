/** Gemini CLI's hooks: https://geminicli.com/docs/hooks/reference, read in 0.61.0. */
import type { Claim } from "../signals.ts";
import { oneLine } from "../text.ts";
import type { HookEvent } from "./hook-event.ts";
import { objectIn, textIn } from "./payload.ts";
import { toolWords } from "./tool.ts";

export function claimOfGemini({ event, payload: raw, prompted }: HookEvent): Claim | null {
  const payload = objectIn(raw);
  switch (event) {
    case "SessionStart":
      return prompted
        ? { state: "working", evidence: "Starts with its first prompt" }
        : { state: "waiting", evidence: "Its session started" };
    case "BeforeAgent":
      return { state: "working", evidence: "Was given a prompt" };
    case "BeforeTool":
      return { state: "working", evidence: oneLine(`Is about to ${toolWords(payload).full}`) };
    case "AfterTool":
      return { state: "working", evidence: oneLine(`Had to ${toolWords(payload).full}`), unless: ["done", "failed"] };
    case "Notification": {
      if (textIn(payload, "notification_type") !== "ToolPermission") return null;
      const command = textIn(objectIn(payload["details"]), "command", 150);
      const evidence = command === undefined ? (textIn(payload, "message") ?? "use a tool") : `run \`${command}\``;
      return {
        state: "permission",
        evidence,
        brief: command === undefined ? "use a tool" : "run a command",
        calls: true,
      };
    }
    case "AfterAgent":
      return { state: "done", evidence: "Finished its turn", calls: true };
    case "SessionEnd":
      return { state: "unknown", evidence: "Its session ended" };
    default:
      return null;
  }
}

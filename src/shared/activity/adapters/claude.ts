/** Claude Code's hooks: https://code.claude.com/docs/en/hooks, checked against 2.1.331. */
import type { Claim } from "../signals.ts";
import { oneLine } from "../text.ts";
import type { HookEvent } from "./hook-event.ts";
import { objectIn, type Payload, textIn } from "./payload.ts";
import { toolWords } from "./tool.ts";

export function claimOfClaude({ event, payload: raw, prompted }: HookEvent): Claim | null {
  const payload = objectIn(raw);
  switch (event) {
    case "SessionStart":
      return ofStart(textIn(payload, "source"), prompted);
    case "UserPromptSubmit":
      return { state: "working", evidence: "Was given a prompt" };
    case "PreToolUse": {
      if (asksQuestion(payload)) return question;
      const { full } = toolWords(payload);
      return { state: "working", evidence: oneLine(`Is about to ${full}`), topic: full };
    }
    case "PostToolUse":
    case "PostToolUseFailure":
    case "PermissionDenied": {
      const { full } = toolWords(payload);
      // A report of what is over never begins anything: one that comes late must not undo the end of the turn.
      return { state: "working", evidence: oneLine(`Had to ${full}`), topic: full, unless: ["done", "failed"] };
    }
    case "PermissionRequest": {
      if (asksQuestion(payload)) return question;
      const { full, brief } = toolWords(payload);
      return { state: "permission", evidence: full, brief, calls: true, topic: full };
    }
    case "Elicitation":
      return { state: "waiting", evidence: "Asks for input", calls: true };
    case "Notification":
      return ofNotification(payload);
    case "Stop":
      return { state: "done", evidence: "Finished its turn", calls: true };
    case "StopFailure":
      return { state: "failed", evidence: textIn(payload, "error") ?? "The turn ended with an error", calls: true };
    case "SessionEnd":
      return { state: "unknown", evidence: "Its session ended" };
    default:
      return null;
  }
}

const question: Claim = { state: "waiting", evidence: "Asks you a question", calls: true };

/** The tool that is a question to the person. */
function asksQuestion(payload: Payload): boolean {
  return payload["tool_name"] === "AskUserQuestion";
}

function ofStart(source: string | undefined, prompted: boolean): Claim {
  // In the middle of a turn: the conversation was shortened, and goes on.
  if (source === "compact")
    return { state: "working", evidence: "Shortened its conversation", unless: ["done", "waiting"] };
  if (prompted && source !== "clear") return { state: "working", evidence: "Starts with its first prompt" };
  return { state: "waiting", evidence: "Its session started" };
}

function ofNotification(payload: Payload): Claim | null {
  const evidence = textIn(payload, "message") ?? "Asks for you";
  switch (textIn(payload, "notification_type")) {
    // Comes some seconds after the question, which was heard of with all that it is about.
    case "permission_prompt":
      return { state: "permission", evidence, brief: "to go on", calls: true, unless: ["permission"] };
    // Comes a minute after the end of a turn, which was told then; after an interrupt it is the first to say so.
    case "idle_prompt":
      return { state: "waiting", evidence, unless: ["done", "failed", "permission", "waiting"] };
    case "elicitation_dialog":
      return { state: "waiting", evidence, calls: true, unless: ["waiting"] };
    default:
      return null;
  }
}

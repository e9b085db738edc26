/** The plain form that any program, script or wrapper can use: the event is the state, the payload a text or `{ "text": … }`. */
import { activityState } from "../../contract/activities.ts";
import type { Claim } from "../signals.ts";
import { oneLine } from "../text.ts";
import type { HookEvent } from "./hook-event.ts";
import { objectIn, textIn } from "./payload.ts";

const words = {
  working: "Says that it works",
  waiting: "Says that it waits for you",
  permission: "go on",
  done: "Says that it is done",
  failed: "Says that it failed",
  unknown: "Says nothing about itself",
} as const;

export function claimOfCellar({ event, payload }: HookEvent): Claim | null {
  const state = activityState.safeParse(event).data;
  if (state === undefined) return null;
  const text = typeof payload === "string" ? oneLine(payload) : (textIn(objectIn(payload), "text") ?? "");
  const calls = state !== "working" && state !== "unknown";
  return { state, evidence: text || words[state], calls, ...(state === "permission" && { brief: "to go on" }) };
}

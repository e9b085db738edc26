/** The sign of a notification: in the window it is drawn, outside it stands before the title. */
import type { NotificationState } from "../contract/notifications.ts";
import { type State, signs } from "../states.ts";

/** Nobody has to look for what is done only while it is new. */
export function signOf(state: NotificationState, unseen: boolean): State {
  return state === "done" && unseen ? "done-unseen" : state;
}

/** Of several, what went wrong goes before what went well; of others that are not alike there is none. */
export function signed(title: string, states: readonly NotificationState[]): string {
  const [first] = states;
  const one = states.includes("failed") ? "failed" : states.every((state) => state === first) ? first : undefined;
  return one === undefined ? title : `${signs[one].sign} ${title}`;
}

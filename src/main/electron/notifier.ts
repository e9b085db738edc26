/**
 * Notifications of the system. They make no sound and are never urgent, so that "do not disturb" of macOS, Windows and Linux holds them back as it
 * holds back others: Electron can ask none of them whether it is on. Buttons are there on macOS and Windows; on Linux a click leads to the same ones.
 */
import { Notification } from "electron";
import type { Desktop } from "../desktop.ts";

/** A notification that nobody holds is collected, and its click with it. */
const shown = new Set<Notification>();
/** Not every desktop says when one is gone; what nobody has clicked for so long is given up. */
const mostHeld = 50;

export const notify: Desktop["notify"] = ({ title, body, group, actions }, listener) => {
  if (!Notification.isSupported()) return null;
  const notification = new Notification({
    title,
    body,
    groupId: group,
    silent: true,
    actions: actions.map((text) => ({ type: "button", text })),
  });
  shown.add(notification);
  const [oldest] = shown;
  if (shown.size > mostHeld && oldest !== undefined) shown.delete(oldest);
  const gone = () => {
    if (shown.delete(notification)) listener.closed();
  };
  notification.on("click", () => listener.opened());
  notification.on("action", ({ actionIndex }) => listener.acted(actionIndex));
  // Windows says so when it moves to the Action Center as well: there it can still be clicked.
  notification.on("close", ({ reason }) => {
    if (reason !== "timedOut") gone();
  });
  notification.on("failed", gone);
  notification.show();
  return {
    close: () => {
      shown.delete(notification);
      notification.close();
    },
  };
};

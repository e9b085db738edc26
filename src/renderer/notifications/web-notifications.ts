/**
 * Browser mode has no tray: while the tab is not looked at, what main would show outside the window is shown as a Web Notification.
 * Permission is asked for only by a click. In Electron, main shows them itself.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Notification as Note } from "#shared/contract/notifications.ts";
import { signed } from "#shared/notifications/sign.ts";
import { type Actions, useActions } from "../app/actions.ts";
import { useConnection } from "../connection/index.ts";
import { useNotifications } from "../live/index.ts";
import { openNotification } from "./open-notification.ts";

type Permission = NotificationPermission | "unavailable";
const listeners = new Set<() => void>();

function permission(): Permission {
  return "Notification" in window ? Notification.permission : "unavailable";
}

export function usePermission(): Permission {
  return useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, permission);
}

export async function askPermission(): Promise<void> {
  if (permission() !== "default") return;
  await Notification.requestPermission();
  for (const listener of listeners) listener();
}

/** Older ones are not shown when a window opens or a connection comes back. */
const freshMs = 30_000;

export function useWebNotifications(): void {
  const { face } = useConnection();
  const { items, status } = useNotifications();
  const actions = useActions();
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (face !== "browser" || status !== "live") return;
    const before = known.current;
    known.current = new Set(items.map(({ id }) => id));
    if (before === null || permission() !== "granted" || document.hasFocus()) return;
    for (const note of items) if (!before.has(note.id) && wanted(note)) show(note, actions);
  }, [face, items, status, actions]);
}

/** Main has already decided about switches, a pause and what is in view: `shown` says so. */
function wanted({ seenAt, shown, createdAt }: Note): boolean {
  return shown && seenAt === null && Date.now() - Date.parse(createdAt) < freshMs;
}

function show(note: Note, actions: Actions): void {
  const outside = new Notification(signed(note.title, [note.state]), { body: note.body, tag: note.id });
  outside.onclick = () => {
    window.focus();
    outside.close();
    openNotification(note, actions);
  };
}

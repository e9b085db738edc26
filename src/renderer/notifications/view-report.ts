/** Tells main what this window shows, so that nobody is told what they are looking at. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useClient, useConnectionStatus } from "../connection/index.ts";
import { useDock } from "../dock/panels.tsx";

function focused(): boolean {
  return document.hasFocus() && !document.hidden;
}

function useFocused(): boolean {
  return useSyncExternalStore((changed) => {
    for (const name of ["focus", "blur"]) window.addEventListener(name, changed);
    document.addEventListener("visibilitychange", changed);
    return () => {
      for (const name of ["focus", "blur"]) window.removeEventListener(name, changed);
      document.removeEventListener("visibilitychange", changed);
    };
  }, focused);
}

/** A window reports at most so many; nobody sees more at once. */
const most = 100;

export function useViewReport(): void {
  const client = useClient();
  const { state } = useConnectionStatus();
  const focus = useFocused();
  const shown = useDock(({ panels }) =>
    panels
      .filter(({ kind, visible }) => kind === "terminal" && visible)
      .map(({ params }) => (params as { terminalId: string }).terminalId)
      .join(),
  );
  const terminalIds = useMemo(() => (shown === "" ? [] : shown.split(",").slice(0, most)), [shown]);
  useEffect(() => {
    if (state !== "connected") return;
    // Main forgets it with the connection; a report that fails is made again with the next one.
    client.notifications.setView({ focused: focus, terminalIds }).catch(() => {});
  }, [client, state, focus, terminalIds]);
}

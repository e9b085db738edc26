/** A terminal as a panel of the dock. What it shows loads with the first one: xterm is not needed to open the window. */
import { lazy } from "react";
import { definePanel } from "../dock/panels.tsx";
import { TerminalTab, useTerminalTitle } from "./terminal-tab.tsx";

const id = /^term-[0-9a-f]{8}$/;

export const terminalPanel = definePanel<{ terminalId: string }>({
  kind: "terminal",
  identity: ({ terminalId }) => terminalId,
  parse: (saved) => {
    const terminalId = (saved as { terminalId?: unknown } | null)?.terminalId;
    return typeof terminalId === "string" && id.test(terminalId) ? { terminalId } : null;
  },
  useTitle: ({ terminalId }) => useTerminalTitle(terminalId),
  Body: lazy(() => import("../terminals/terminal-screen.tsx")),
  Tab: ({ params: { terminalId } }) => <TerminalTab terminalId={terminalId} />,
});

/** Terminals in the window: the dock they stand in, the panel that shows one, and what can be done with them. */
import { lazy } from "react";

export { pressKill, useArmedKill } from "./kill.ts";
export { terminalPanel } from "./terminal-panel.tsx";
export { useTerminalLabel } from "./use-terminal-status.ts";

/** The middle of the window. `Empty` is shown while no panel is open. */
export const Dock = lazy(() => import("./dock.tsx"));

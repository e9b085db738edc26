/** Terminals in the window: the dock they stand in, and what can be done with them. */
import { lazy } from "react";

export { pressKill, useArmedKill } from "./kill.ts";

/** The middle of the window. `Empty` is shown while no panel is open. */
export const Dock = lazy(() => import("./dock.tsx"));

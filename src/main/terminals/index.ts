/** Terminals and cells: main's side of the terminal host. */

export { composeTerminals } from "./compose.ts";
export { TerminalHostControl } from "./host-control.ts";
export { workspaceTerminals } from "./of-workspace.ts";
export { cellsProcedures, terminalsProcedures } from "./procedures.ts";
export { TerminalService } from "./service.ts";
export { finalStates } from "./states.ts";
export { terminalStreams } from "./streams.ts";

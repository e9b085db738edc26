/** The program itself: its windows' requests and layouts, and leaving it. */
export { composeApp } from "./compose.ts";
export { Layouts } from "./layout.ts";
export { endingWords, isWorthSaying, Leaving, leavingWords } from "./leaving.ts";
export { linkToOpen } from "./links.ts";
export { appProcedures } from "./procedures.ts";
export { WindowRequests } from "./window-requests.ts";

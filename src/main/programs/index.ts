/** Agent programs: the catalogue of agent command lines, and which of them this computer has. */

export { readCatalogue } from "./catalogue.ts";
export { composePrograms } from "./compose.ts";
export type { InsideBottle, ProgramEntry } from "./entry.ts";
export { programsProcedures } from "./procedures.ts";
export { AgentPrograms, type LaunchableProgram } from "./service.ts";
export { programsSchema } from "./store.ts";

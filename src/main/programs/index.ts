/** Agent programs: the catalogue of agent command lines, and which of them this computer has. */

export { readCatalogue } from "./catalogue.ts";
export type { LoginEnvironment } from "./detect.ts";
export type { InsideBottle, ProgramEntry } from "./entry.ts";
export { programsProcedures } from "./procedures.ts";
export { AgentPrograms, type LaunchableProgram, type ProgramList, type ProgramsParts } from "./service.ts";
export { programsSchema } from "./store.ts";
export type { RunProgram } from "./version.ts";

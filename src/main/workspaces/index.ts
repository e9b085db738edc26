export { workspaceProcedures } from "./procedures.ts";
export type { WorkspaceRecord, WorkspaceRepository } from "./record.ts";
export { workspaceRepository, workspacesSchema } from "./repository.ts";
export { type WorkspaceParts, WorkspaceService } from "./service.ts";
export type { WorkspaceTerminals } from "./terminals.ts";

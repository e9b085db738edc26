export { composeWorkspaces } from "./compose.ts";
export { workspaceProcedures } from "./procedures.ts";
export { workspaceRepository, workspacesSchema } from "./repository.ts";
export { WorkspaceService } from "./service.ts";
export type { WorkspaceTerminals } from "./terminals.ts";

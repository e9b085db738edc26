/** The contract's `workspaces`. */
import { implementing } from "../transport/implementing.ts";
import type { WorkspaceService } from "./service.ts";

export function workspaceProcedures(service: WorkspaceService) {
  const { workspaces } = implementing;
  return workspaces.router({
    watch: workspaces.watch.handler(({ signal }) => service.watch(signal)),
    get: workspaces.get.handler(({ input }) => service.get(input.id)),
    inspect: workspaces.inspect.handler(({ input, signal }) => service.inspect(input.source, signal)),
    complete: workspaces.complete.handler(({ input }) => service.complete(input.prefix)),
    create: workspaces.create.handler(({ input, signal }) => service.create(input, signal)),
    beginUpload: workspaces.beginUpload.handler(({ input }) => service.uploads.begin(input)),
    finishUpload: workspaces.finishUpload.handler(({ input }) => service.uploads.finish(input.uploadId)),
    cancelUpload: workspaces.cancelUpload.handler(async ({ input }) => {
      await service.uploads.cancel(input.uploadId);
      return {};
    }),
    copyIn: workspaces.copyIn.handler(async ({ input }) => ({
      jobId: (await service.copyIn(input.id, input.from)).id,
    })),
    rename: workspaces.rename.handler(({ input }) => service.rename(input.id, input.name)),
    details: workspaces.details.handler(({ input, signal }) => service.details(input.id, signal)),
    diff: workspaces.diff.handler(({ input, signal }) => service.diff(input.id, input.path, signal)),
    planDelete: workspaces.planDelete.handler(({ input, signal }) => service.planDelete(input.id, signal)),
    delete: workspaces.delete.handler(async ({ input }) => ({ jobId: await service.delete(input.planId, input) })),
  });
}

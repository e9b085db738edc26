/** The bottles' part of the contract. */
import { implementing } from "../transport/implementing.ts";
import type { Cleanup } from "./cleanup.ts";
import type { Inside } from "./inside.ts";
import type { Bottles } from "./service.ts";

export function bottlesProcedures(service: Bottles, inside: Inside, cleanup: Cleanup) {
  const { bottles } = implementing;
  return bottles.router({
    backends: bottles.backends.handler(({ input }) => service.backends.views(input.refresh)),
    manifests: bottles.manifests.handler(({ input }) => service.manifests(input.workspaceId)),
    prepare: bottles.prepare.handler(({ input }) => service.prepare(input)),
    launch: bottles.launch.handler(({ input: { planId, size, ...answers } }) => service.launch(planId, answers, size)),
    discard: bottles.discard.handler(({ input }) => {
      service.discard(input.planId);
      return {};
    }),
    watch: bottles.watch.handler(({ signal }) => service.list.watch(signal)),
    exec: bottles.exec.handler(({ input }) => inside.exec(input.id, input.script, input.timeoutSeconds * 1000)),
    openTerminal: bottles.openTerminal.handler(({ input }) => inside.openTerminal(input.id, input.command, input.size)),
    copyIn: bottles.copyIn.handler(async ({ input }) => {
      await inside.copyIn(input.id, input.from, input.to);
      return {};
    }),
    bringIn: bottles.bringIn.handler(({ input }) => inside.bringIn(input.id, input.from)),
    copyOut: bottles.copyOut.handler(async ({ input }) => ({
      leftOut: await inside.copyOut(input.id, input.from, input.to),
    })),
    log: bottles.log.handler(async ({ input }) => ({ lines: await service.log(input.id, input.lines) })),
    close: bottles.close.handler(async ({ input }) => {
      await service.shut(input.id);
      return {};
    }),
    remove: bottles.remove.handler(async ({ input }) => {
      await service.remove(input.id);
      return {};
    }),
    prepareCleanup: bottles.prepareCleanup.handler(() => cleanup.prepare()),
    cleanup: bottles.cleanup.handler(({ input }) => cleanup.run(input.planId)),
  });
}

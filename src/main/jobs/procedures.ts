/** The contract's `jobs`. */
import { implementing } from "../transport/implementing.ts";
import type { JobService } from "./service.ts";

export function jobProcedures(jobs: JobService) {
  const { jobs: procedures } = implementing;
  return procedures.router({
    watch: procedures.watch.handler(({ signal }) => jobs.watch(signal)),
    get: procedures.get.handler(({ input }) => jobs.get(input.id)),
    cancel: procedures.cancel.handler(({ input }) => jobs.cancel(input.id)),
    log: procedures.log.handler(async ({ input }) => ({ text: await jobs.log(input.id, input.lines) })),
    dismiss: procedures.dismiss.handler(async ({ input }) => {
      await jobs.dismiss(input.id);
      return {};
    }),
  });
}

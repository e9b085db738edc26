/** The launches' part of the contract. */
import { implementing } from "../transport/implementing.ts";
import type { Launches } from "./service.ts";

export function launchesProcedures(service: Launches) {
  return implementing.launches.router({
    watch: implementing.launches.watch.handler(({ signal }) => service.list.watch(signal)),
    start: implementing.launches.start.handler(({ input }) => service.start(input)),
    setReach: implementing.launches.setReach.handler(({ input }) => service.setReach(input.id, input.reach)),
    resume: implementing.launches.resume.handler(({ input }) => service.resume(input.id, input.size)),
  });
}

/** The activities' part of the contract. */
import { implementing } from "../transport/implementing.ts";
import type { Activities } from "./service.ts";

export function activitiesProcedures(service: Activities) {
  return implementing.activities.router({
    watch: implementing.activities.watch.handler(({ signal }) => service.list.watch(signal)),
  });
}

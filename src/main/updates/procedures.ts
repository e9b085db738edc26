/** Updates' part of the contract. */
import { latest } from "../latest.ts";
import { implementing } from "../transport/implementing.ts";
import type { Updates } from "./service.ts";

export function updatesProcedures(service: Updates) {
  const { updates } = implementing;
  return updates.router({
    watch: updates.watch.handler(({ signal }) =>
      latest(
        () => service.state,
        (changed) => service.onChange(changed),
        signal,
      ),
    ),
    check: updates.check.handler(() => service.check()),
    download: updates.download.handler(() => service.download()),
    install: updates.install.handler(() => {
      service.install();
      return {};
    }),
  });
}

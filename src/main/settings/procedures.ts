/** The settings' part of the contract. */
import { latest } from "../latest.ts";
import { implementing } from "../transport/implementing.ts";
import type { SettingsService } from "./service.ts";

export function settingsProcedures(service: SettingsService) {
  return implementing.settings.router({
    get: implementing.settings.get.handler(() => service.state),
    change: implementing.settings.change.handler(({ input }) => service.change(input)),
    reset: implementing.settings.reset.handler(({ input }) => service.reset(input.key)),
    watch: implementing.settings.watch.handler(({ signal }) =>
      latest(
        () => service.state,
        (changed) => service.onChange(changed),
        signal,
      ),
    ),
  });
}

/** The programs' part of the contract. */
import type { Desktop } from "../desktop.ts";
import { implementing } from "../transport/implementing.ts";
import type { AgentPrograms } from "./service.ts";

export function programsProcedures(service: AgentPrograms, desktop: Pick<Desktop, "reveal">) {
  return implementing.programs.router({
    list: implementing.programs.list.handler(({ input }) => service.list(input.refresh)),
    revealOwnFile: implementing.programs.revealOwnFile.handler(async () => {
      await desktop.reveal(await service.ownFile());
      return {};
    }),
  });
}
